use super::*;

#[test]
fn node_prints_causes_and_members_under_their_exception() {
    let text = "/app/x.js:3\n    throw new Error('x');\n    ^\n\nError: outer\n    at async Cart.add [as put] (/app/cart.js:5:9)\n    at new Shop (file:///app/shop.mjs:2:3)\n    at process.processTicksAndRejections (node:internal/process/task_queues:95:5) {\n  code: 'E_CART',\n  [cause]: TypeError [ERR_X]: inner\n      at get (/app/node_modules/pg/lib/client.js:1:2)\n      at /app/db.js:7:1 {\n    [cause]: RangeError: deepest\n        at low (/app/low.js:1:1)\n  }\n}\n\nNode.js v20.1.0";
    assert_eq!(
        told(text),
        [
            "outermost Error: outer | *Cart.add [as put](/app/cart.js:5) < *new Shop(file:///app/shop.mjs:2) < process.processTicksAndRejections(node:internal/process/task_queues:95)",
            "cause of 0 TypeError [ERR_X]: inner | get(/app/node_modules/pg/lib/client.js:1) < *(/app/db.js:7)",
            "cause of 1 RangeError: deepest | *low(/app/low.js:1)",
        ]
    );
    let text = "AggregateError: All promises were rejected\n    at main (/app/a.js:1:1) {\n  [errors]: [\n    Error: a\n        at f (/app/f.js:2:2),\n    Error: b\n        at g (/app/g.js:3:3)\n  ]\n}";
    assert_eq!(
        told(text),
        [
            "outermost AggregateError: All promises were rejected | *main(/app/a.js:1)",
            "member of 0 Error: a | *f(/app/f.js:2)",
            "member of 0 Error: b | *g(/app/g.js:3)",
        ]
    );
}

#[test]
fn other_engines_and_bundlers() {
    let gecko = "add@https://shop.io/js/cart.js?v=1:10:5\nasync*run@https://shop.io/js/main.js:3:1\n@https://shop.io/js/main.js:9:1\nforEach@[native code]";
    assert_eq!(
        told(gecko),
        [
            "outermost :  | *add(https://shop.io/js/cart.js?v=1:10) < *async*run(https://shop.io/js/main.js:3) < *(https://shop.io/js/main.js:9) < forEach([native code])"
        ]
    );
    let webpack = "TypeError: x is undefined\n    at CartPage (webpack-internal:///(app-pages-browser)/./src/cart.tsx:12:9)\n    at eval (eval at run (https://a.io/x.js:3:4), <anonymous>:1:1)\n    at webpack-internal:///./src/b.ts:1:2";
    assert_eq!(
        told(webpack),
        [
            "outermost TypeError: x is undefined | *CartPage(webpack-internal:///(app-pages-browser)/./src/cart.tsx:12) < *eval(https://a.io/x.js:3) < *(webpack-internal:///./src/b.ts:1)"
        ]
    );
    let hermes = "Error: no\n    at render (address at index.android.bundle:1:2345)\n    at anonymous (native)";
    assert_eq!(
        told(hermes),
        ["outermost Error: no | *render(index.android.bundle:1) < anonymous(native)"]
    );
}
