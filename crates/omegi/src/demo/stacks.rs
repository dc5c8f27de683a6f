//! What the shop's services throw, as their languages print it.

/// An exception: type, message, stack text.
pub(super) struct Thrown {
    pub(super) kind: &'static str,
    pub(super) message: String,
    pub(super) stack: String,
}

/// Java: the cart cannot price an item; three levels of causes.
pub(super) fn cart_price(item: u64) -> Thrown {
    let message = format!("cannot price cart of item sku-{item}");
    let stack = format!(
        "com.shop.cart.CartException: {message}
\tat com.shop.cart.CartService.price(CartService.java:88)
\tat com.shop.cart.CartController.total(CartController.java:41)
\tat com.shop.cart.CartController$$SpringCGLIB$$0.total(<generated>)
\tat java.base/jdk.internal.reflect.DirectMethodHandleAccessor.invoke(DirectMethodHandleAccessor.java:103)
\tat org.springframework.web.servlet.FrameworkServlet.service(FrameworkServlet.java:903)
\tat org.apache.catalina.core.StandardWrapperValve.invoke(StandardWrapperValve.java:167)
Caused by: java.util.concurrent.ExecutionException: java.lang.NullPointerException: Cannot invoke \"com.shop.cart.Price.amount()\" because \"price\" is null
\tat java.base/java.util.concurrent.CompletableFuture.reportGet(CompletableFuture.java:396)
\tat com.shop.cart.CartService.price(CartService.java:81)
\t... 5 common frames omitted
Caused by: java.lang.NullPointerException: Cannot invoke \"com.shop.cart.Price.amount()\" because \"price\" is null
\tat com.shop.cart.PriceTable.lookup(PriceTable.java:57)
\tat com.shop.cart.CartService.lambda$price$0(CartService.java:79)
\tat java.base/java.util.concurrent.CompletableFuture$AsyncSupply.run(CompletableFuture.java:1768)
\tat java.base/java.lang.Thread.run(Thread.java:1583)
"
    );
    Thrown {
        kind: "com.shop.cart.CartException",
        message,
        stack,
    }
}

/// Java: the checkout's HTTP client says that its callee failed.
pub(super) fn upstream_failed(callee: &str) -> Thrown {
    let kind = "org.springframework.web.client.HttpServerErrorException$InternalServerError";
    let message = format!("500 Internal Server Error on POST request for \"http://{callee}:8080\"");
    let stack = format!(
        "{kind}: {message}
\tat org.springframework.web.client.HttpServerErrorException.create(HttpServerErrorException.java:102)
\tat org.springframework.web.client.RestTemplate.doExecute(RestTemplate.java:892)
\tat com.shop.checkout.Clients.post(Clients.java:64)
\tat com.shop.checkout.CheckoutService.place(CheckoutService.java:112)
\tat com.shop.checkout.CheckoutController.place(CheckoutController.java:37)
\tat org.springframework.web.servlet.FrameworkServlet.service(FrameworkServlet.java:903)
"
    );
    Thrown {
        kind,
        message,
        stack,
    }
}

/// Python: the bank does not answer; `from` makes a direct cause. `levels`: how far out the
/// recording span stands, for each enclosing span sees a longer traceback.
pub(super) fn payment_timeout(order: u64, levels: usize) -> Thrown {
    let message = format!("payment for order {order} was not confirmed");
    let outer = [
        "  File \"/app/payment/api.py\", line 48, in pay\n    return service.charge(order)\n           ^^^^^^^^^^^^^^^^^^^^^\n",
        "  File \"/app/payment/service.py\", line 77, in charge\n    receipt = self.bank.confirm(order)\n              ^^^^^^^^^^^^^^^^^^^^^^^^\n",
    ];
    let shown: String = outer[outer.len() - levels.min(outer.len())..].concat();
    let stack = format!(
        "Traceback (most recent call last):
  File \"/app/payment/bank.py\", line 31, in confirm
    response = self.session.post(self.url, json=body, timeout=2)
  File \"/usr/lib/python3.12/site-packages/requests/sessions.py\", line 637, in post
    return self.request(\"POST\", url, data=data, json=json, **kwargs)
  File \"/usr/lib/python3.12/site-packages/requests/adapters.py\", line 713, in send
    raise ReadTimeout(e, request=request)
requests.exceptions.ReadTimeout: HTTPSConnectionPool(host='bank.example', port=443): Read timed out. (read timeout=2)

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
{shown}  File \"/app/payment/bank.py\", line 35, in confirm
    raise PaymentNotConfirmed(f\"payment for order {{order.id}} was not confirmed\") from error
payment.errors.PaymentNotConfirmed: {message}
"
    );
    Thrown {
        kind: "payment.errors.PaymentNotConfirmed",
        message,
        stack,
    }
}

/// JavaScript: the gateway reads a field of nothing, with a cause.
pub(super) fn recommendations(user: u64) -> Thrown {
    let message = format!("cannot recommend for user {user}");
    let stack = format!(
        "Error: {message}
    at recommend (/app/src/recommend.js:42:11)
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)
    at async page (/app/src/routes/home.js:18:20)
    at async Layer.handle (/app/node_modules/express/lib/router/layer.js:95:5) {{
  [cause]: TypeError: Cannot read properties of undefined (reading 'score')
      at /app/src/recommend.js:31:27
      at Array.map (<anonymous>)
      at rank (/app/src/recommend.js:29:16)
      at recommend (/app/src/recommend.js:40:9)
}}"
    );
    Thrown {
        kind: "Error",
        message,
        stack,
    }
}

/// Go: the inventory writes into a nil map.
pub(super) fn inventory_panic() -> Thrown {
    let message = "assignment to entry in nil map".to_owned();
    let stack = "goroutine 4127 [running]:
runtime/debug.Stack()
\t/usr/local/go/src/runtime/debug/stack.go:26 +0x5e
go.opentelemetry.io/otel/sdk/trace.recordStackTrace()
\t/go/pkg/mod/go.opentelemetry.io/otel/sdk@v1.38.0/trace/span.go:520 +0x25
panic({0x8f2b40?, 0xa71c30?})
\t/usr/local/go/src/runtime/panic.go:787 +0x132
shop.example/inventory/stock.(*Reservations).Hold(0xc0001b2000, {0xc00032a1e0, 0xa}, 0x3)
\t/src/inventory/stock/reservations.go:73 +0x1a5
shop.example/inventory/http.(*Handler).Reserve(0xc0000a4000, {0xa7b2c8, 0xc0003d8000}, 0xc0003c2000)
\t/src/inventory/http/handler.go:58 +0x2d4
net/http.HandlerFunc.ServeHTTP(0xc0001b4000?, {0xa7b2c8?, 0xc0003d8000?}, 0x0?)
\t/usr/local/go/src/net/http/server.go:2294 +0x29
created by net/http.(*Server).Serve in goroutine 1
\t/usr/local/go/src/net/http/server.go:3405 +0x485
"
    .to_owned();
    Thrown {
        kind: "runtime.plainError",
        message,
        stack,
    }
}

/// Go: the pricing service wraps an error; no stack unless asked for.
pub(super) fn pricing_error(sku: u64) -> Thrown {
    let message = format!(
        "price of sku-{sku}: currency table: open /data/rates.json: no such file or directory"
    );
    Thrown {
        kind: "*fmt.wrapError",
        message,
        stack: String::new(),
    }
}

/// Python: the reviews service cannot parse what its store returns.
pub(super) fn reviews_decode() -> Thrown {
    let message = "Expecting value: line 1 column 1 (char 0)".to_owned();
    let stack = format!(
        "Traceback (most recent call last):
  File \"/app/reviews/views.py\", line 22, in reviews
    return store.load(product)
  File \"/app/reviews/store.py\", line 54, in load
    return json.loads(raw)
  File \"/usr/lib/python3.12/json/__init__.py\", line 346, in loads
    return _default_decoder.decode(s)
json.decoder.JSONDecodeError: {message}
"
    );
    Thrown {
        kind: "json.decoder.JSONDecodeError",
        message,
        stack,
    }
}

/// .NET: the shipping worker has no route for a country.
pub(super) fn shipping_route(order: u64) -> Thrown {
    let message = format!("Order {order} cannot be routed");
    let stack = format!(
        "Shop.Shipping.RoutingException: {message}
 ---> System.Collections.Generic.KeyNotFoundException: The given key 'IS' was not present in the dictionary.
   at System.Collections.Generic.Dictionary`2.get_Item(TKey key)
   at Shop.Shipping.Carriers.For(String country) in /src/Shipping/Carriers.cs:line 29
   --- End of inner exception stack trace ---
   at Shop.Shipping.Router.<RouteAsync>d__4.MoveNext() in /src/Shipping/Router.cs:line 61
--- End of stack trace from previous location ---
   at Shop.Shipping.OrderConsumer.<HandleAsync>d__7.MoveNext() in /src/Shipping/OrderConsumer.cs:line 44
"
    );
    Thrown {
        kind: "Shop.Shipping.RoutingException",
        message,
        stack,
    }
}

/// Python: the mailer's address book refuses; told by a log record only.
pub(super) fn notify_refused(user: u64) -> Thrown {
    let message = format!("recipient user-{user}@shop.example refused: 550 mailbox unavailable");
    let stack = format!(
        "Traceback (most recent call last):
  File \"/app/notify/mail.py\", line 66, in send
    self.smtp.send_message(message)
  File \"/usr/lib/python3.12/smtplib.py\", line 986, in send_message
    return self.sendmail(from_addr, to_addrs, flatmsg, mail_options,
smtplib.SMTPRecipientsRefused: {message}
"
    );
    Thrown {
        kind: "smtplib.SMTPRecipientsRefused",
        message,
        stack,
    }
}
