use super::*;

#[test]
fn a_full_message_with_its_cause_in_both_spellings() {
    let text = "app/models/cart.rb:12:in 'Shop::Cart#add': cart 'x' is full (Shop::CartFull)\n\tfrom app/models/cart.rb:7:in 'block in Shop::Cart#fill'\n\tfrom /usr/local/bundle/gems/pg-1.5.4/lib/pg.rb:3:in 'PG::Conn.exec'\n\tfrom <internal:kernel>:187:in 'loop'\napp/models/db.rb:3:in 'Db#get': no row (KeyError)\n\tfrom app/models/cart.rb:11:in 'Shop::Cart#add'\n";
    assert_eq!(
        told(text),
        [
            "outermost Shop::CartFull: cart 'x' is full | *Shop::Cart.add(app/models/cart.rb:12) < *Shop::Cart.block in fill(app/models/cart.rb:7) < PG::Conn.exec(/usr/local/bundle/gems/pg-1.5.4/lib/pg.rb:3) < loop(<internal:kernel>:187)",
            "cause of 0 KeyError: no row | *Db.get(app/models/db.rb:3) < *Shop::Cart.add(app/models/cart.rb:11)",
        ]
    );
    let old = "cart.rb:2:in `add': undefined method `x' for nil:NilClass (NoMethodError)\n\n  y.x\n   ^^\nDid you mean? z\n\tfrom cart.rb:9:in `<main>'";
    assert_eq!(
        told(old),
        [
            "outermost NoMethodError: undefined method `x' for nil:NilClass\\n\\n  y.x\\n   ^^\\nDid you mean? z | *add(cart.rb:2) < *<main>(cart.rb:9)"
        ]
    );
}

#[test]
fn the_reversed_order_is_turned() {
    let text = "Traceback (most recent call last):\n\t2: from cart.rb:9:in `<main>'\n\t1: from cart.rb:5:in `run'\ncart.rb:2:in `add': boom (RuntimeError)";
    assert_eq!(
        told(text),
        ["outermost RuntimeError: boom | *add(cart.rb:2) < *run(cart.rb:5) < *<main>(cart.rb:9)"]
    );
}
