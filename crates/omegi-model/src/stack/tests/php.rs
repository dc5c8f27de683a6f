use super::*;

#[test]
fn a_native_chain_is_turned_and_places_belong_to_their_functions() {
    let text = "PHP Fatal error:  Uncaught PDOException: SQLSTATE[HY000] [2002] refused in /app/src/Db.php:12\nStack trace:\n#0 /app/src/Cart.php(34): App\\Db->query('SELECT (1)', Array)\n#1 [internal function]: App\\Cart->{closure:App\\Cart::load():33}(Object(App\\Row))\n#2 /app/index.php(5): array_map(Object(Closure), Array)\n#3 {main}\n\nNext App\\CartException: no cart in /app/src/Cart.php:40\nStack trace:\n#0 /app/index.php(5): App\\Cart->load()\n#1 {main}\n  thrown in /app/src/Cart.php on line 40";
    assert_eq!(
        told(text),
        [
            "outermost App\\CartException: no cart | *App\\Cart.load(/app/src/Cart.php:40) < *{main}(/app/index.php:5)",
            "cause of 0 PDOException: SQLSTATE[HY000] [2002] refused | *App\\Db.query(/app/src/Db.php:12) < *App\\Cart.{closure:App\\Cart::load():33}(/app/src/Cart.php:34) < array_map(?) < *{main}(/app/index.php:5)",
        ]
    );
}

#[test]
fn laravel_writes_objects_and_previous_ones() {
    let text = "[2024-01-01 10:00:00] local.ERROR: no cart {\"exception\":\"[object] (App\\\\CartException(code: 0): no cart at /app/app/Cart.php:40)\n[stacktrace]\n#0 /app/vendor/laravel/framework/src/Router.php(7): App\\\\Cart->load()\n#1 {main}\n\n[previous exception] [object] (PDOException(code: 2002): refused at /app/app/Db.php:12)\n[stacktrace]\n#0 /app/app/Cart.php(39): App\\\\Db->query()\n#1 {main}\n\"}";
    assert_eq!(
        told(text),
        [
            "outermost App\\CartException: no cart | *App\\Cart.load(/app/app/Cart.php:40) < {main}(/app/vendor/laravel/framework/src/Router.php:7)",
            "cause of 0 PDOException: refused | *App\\Db.query(/app/app/Db.php:12) < *{main}(/app/app/Cart.php:39)",
        ]
    );
}

#[test]
fn the_java_like_form_of_opentelemetry() {
    let text = "App.CartException: no cart\n at App.Cart.load(Cart.php:40)\n at {main}(index.php:5)\nCaused by: PDOException: refused\n at App.Db.query(Db.php:12)\n ... 1 more";
    assert_eq!(
        told(text),
        [
            "outermost App.CartException: no cart | *App.Cart.load(Cart.php:40) < *{main}(index.php:5)",
            "cause of 0 PDOException: refused | *App.Db.query(Db.php:12)",
        ]
    );
    assert_eq!(parse(text, None).language, Some(Language::Php));
}
