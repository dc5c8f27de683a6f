use super::*;

#[test]
fn elixir_and_erlang() {
    let elixir = "** (KeyError) key :id not found in: %{a: 1}\n    (shop 0.1.0) lib/shop/cart.ex:12: Shop.Cart.add/2\n    (elixir 1.15.7) lib/enum.ex:1693: Enum.\"-map/2-lists^map/1-1-\"/2\n    lib/shop.ex:3: anonymous fn/1 in Shop.run/0\n    (stdlib 4.3) :timer.tc/1\n";
    assert_eq!(
        told(elixir),
        [
            "outermost KeyError: key :id not found in: %{a: 1} | *Shop.Cart.add/2((shop 0.1.0) lib/shop/cart.ex:12) < Enum.\"-map/2-lists^map/1-1-\"/2((elixir 1.15.7) lib/enum.ex:1693) < *Shop.anonymous fn in run/0(lib/shop.ex:3) < :timer.tc/1((stdlib 4.3))"
        ]
    );
    let erlang = "** exception error: no match of right hand side value 5\n     in function  shop_cart:add/2 (src/shop_cart.erl, line 12)\n     in call from shop:run/1 (src/shop.erl, line 3)";
    assert_eq!(
        told(erlang),
        [
            "outermost error: no match of right hand side value 5 | *shop_cart.add/2(src/shop_cart.erl:12) < *shop.run/1(src/shop.erl:3)"
        ]
    );
    let terms = "[{shop_cart,add,2,[{file,\"src/shop_cart.erl\"},{line,12}]},\n {gen_server,handle,3,\n  [{file,\"gen_server.erl\"},{line,721}]}]";
    assert_eq!(
        told(terms),
        [
            "outermost :  | *shop_cart.add/2(src/shop_cart.erl:12) < gen_server.handle/3(gen_server.erl:721)"
        ]
    );
}

#[test]
fn flutter_and_terse_dart() {
    let flutter = "══╡ EXCEPTION CAUGHT BY WIDGETS LIBRARY ╞══\nThe following CartError was thrown building Shop(dirty):\ncart is full\n\nWhen the exception was thrown, this was the stack:\n#0      Cart.add (package:shop/cart.dart:12:7)\n#1      StatelessElement.build (package:flutter/src/widgets/framework.dart:4876:49)\n(elided 3 frames from dart:async)\n";
    assert_eq!(
        told(flutter),
        [
            "outermost CartError: cart is full | *Cart.add(package:shop/cart.dart:12) < StatelessElement.build(package:flutter/src/widgets/framework.dart:4876)"
        ]
    );
    let terse = "Exception: boom\npackage:shop/cart.dart 12:7   Cart.add\ndart:async                     runUnary";
    assert_eq!(
        told(terse),
        ["outermost Exception: boom | *Cart.add(package:shop/cart.dart:12) < runUnary(dart:async)"]
    );
}
