//! What happens in the shop: which scene comes next, and what is delivered when.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::otlp::{self, Kind, exception};
use super::random::Random;
use super::scene::{Scene, SpanAt};
use super::services::Service::{
    self, Cart, Checkout, Gateway, Inventory, Notify, Payment, Pricing, Reviews, Shipping,
};
use super::stacks;

/// One request to send, after a while.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) after: Duration,
    pub(super) path: &'static str,
    pub(super) body: Value,
}

/// The story, told request by request.
pub(super) struct Story {
    random: Random,
    told: u64,
}

type Tell = fn(&mut Scene<'_>);

/// Scenes that go well, one of which is told most of the time.
const GOOD: [Tell; 3] = [browse, fill_cart, order];
/// Scenes with something wrong in them, told in turn, and the service whose spans come late.
const BAD: [(Tell, Option<Service>); 10] = [
    (cart_fails, None),
    (payment_fails, None),
    (retries_recover, None),
    (fan_out_fails, None),
    (recommendations_contained, None),
    (inventory_panics, None),
    (shipping_fails_behind_the_queue, None),
    (notify_logs_only, None),
    (payment_fails, Some(Payment)),
    (night_job_logs_without_trace, None),
];
/// Every n-th request is a bad one.
const BAD_EVERY: u64 = 5;
/// How late the spans of the late service are.
const LATE: Duration = Duration::from_secs(4);

impl Story {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            told: 0,
        }
    }

    /// What the next customer's request sends.
    pub(super) fn next_request(&mut self) -> Vec<Delivery> {
        let turn = self.told;
        self.told += 1;
        let bad = turn % BAD_EVERY == 1;
        let (tell, late) = if bad {
            BAD[(turn / BAD_EVERY) as usize % BAD.len()]
        } else {
            (
                GOOD[self.random.between(0, GOOD.len() as u64) as usize],
                None,
            )
        };
        let mut scene = Scene::new(&mut self.random);
        tell(&mut scene);
        deliveries(&scene, late)
    }
}

/// Bodies per service, ending now; the spans of `late` come later than the rest.
fn deliveries(scene: &Scene<'_>, late: Option<Service>) -> Vec<Delivery> {
    let length_us = scene
        .spans
        .iter()
        .map(|span| span.end_us)
        .max()
        .unwrap_or(0);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let base_ns = (now.as_nanos() as u64).saturating_sub(length_us * 1_000);
    let (delayed, prompt): (Vec<_>, Vec<_>) = scene
        .spans
        .iter()
        .cloned()
        .partition(|span| Some(span.service) == late);
    let delivery = |after, path| move |body| Delivery { after, path, body };
    let mut all: Vec<Delivery> = Vec::new();
    all.extend(
        otlp::traces(&prompt, base_ns)
            .into_iter()
            .map(delivery(Duration::ZERO, "/v1/traces")),
    );
    all.extend(
        otlp::logs(&scene.logs, base_ns)
            .into_iter()
            .map(delivery(Duration::ZERO, "/v1/logs")),
    );
    all.extend(
        otlp::traces(&delayed, base_ns)
            .into_iter()
            .map(delivery(LATE, "/v1/traces")),
    );
    all
}

fn enter(scene: &mut Scene<'_>, route: &str) -> SpanAt {
    let entry = scene.open(None, Gateway, Kind::Server, route);
    scene.tag(
        entry,
        "http.request.method",
        route.split(' ').next().unwrap_or("GET"),
    );
    scene.tag(entry, "http.route", route.split(' ').nth(1).unwrap_or("/"));
    let user = scene.random.between(1_000, 9_999);
    scene.count(entry, "enduser.id", user);
    entry
}

fn leave(scene: &mut Scene<'_>, entry: SpanAt, status: u64) {
    scene.count(entry, "http.response.status_code", status);
    if status >= 500 && scene.spans[entry].error.is_none() {
        scene.fail(entry, "");
    }
    scene.close(entry);
}

fn browse(scene: &mut Scene<'_>) {
    let entry = enter(scene, "GET /products/:id");
    let reviews = scene.call(entry, Gateway, Reviews, "GET /reviews");
    scene.query(
        reviews.1,
        "postgresql",
        "SELECT body FROM reviews WHERE product = $1",
    );
    scene.answer(reviews, 200);
    let prices = scene.call(entry, Gateway, Pricing, "GET /prices");
    scene.query(prices.1, "redis", "MGET prices");
    scene.answer(prices, 200);
    leave(scene, entry, 200);
}

fn fill_cart(scene: &mut Scene<'_>) {
    let entry = enter(scene, "POST /cart");
    let cart = scene.call(entry, Gateway, Cart, "POST /cart/items");
    scene.query(cart.1, "redis", "HSET cart");
    scene.answer(cart, 200);
    leave(scene, entry, 200);
}

fn order(scene: &mut Scene<'_>) {
    let entry = enter(scene, "POST /orders");
    let place = scene.call(entry, Gateway, Checkout, "POST /checkout");
    let cart = scene.call(place.1, Checkout, Cart, "GET /cart/total");
    scene.query(cart.1, "redis", "HGETALL cart");
    scene.answer(cart, 200);
    reserve(scene, place.1);
    let pay = scene.call(place.1, Checkout, Payment, "POST /pay");
    confirm_at_bank(scene, pay.1);
    scene.answer(pay, 200);
    let sent = send_order(scene, place.1);
    scene.answer(place, 201);
    leave(scene, entry, 201);
    let shipping = receive_order(scene, sent);
    scene.query(shipping, "postgresql", "INSERT INTO shipments VALUES ($1)");
    scene.close(shipping);
}

fn reserve(scene: &mut Scene<'_>, parent: SpanAt) {
    let reserve = scene.call(parent, Checkout, Inventory, "POST /reservations");
    scene.query(
        reserve.1,
        "postgresql",
        "UPDATE stock SET held = held + 1 WHERE sku = $1",
    );
    scene.answer(reserve, 200);
}

fn confirm_at_bank(scene: &mut Scene<'_>, parent: SpanAt) {
    let bank = scene.open(Some(parent), Payment, Kind::Client, "POST");
    scene.tag(bank, "server.address", "bank.example");
    scene.tag(bank, "url.full", "https://bank.example/v2/confirm");
    scene.work(20_000, 90_000);
    scene.count(bank, "http.response.status_code", 200);
    scene.close(bank);
}

fn send_order(scene: &mut Scene<'_>, parent: SpanAt) -> SpanAt {
    let sent = scene.open(Some(parent), Checkout, Kind::Producer, "send orders");
    scene.tag(sent, "messaging.system", "kafka");
    scene.tag(sent, "messaging.destination.name", "orders");
    scene.close(sent);
    sent
}

/// The consumer's span: a trace of its own, linked to the sender's.
fn receive_order(scene: &mut Scene<'_>, sent: SpanAt) -> SpanAt {
    let link = (
        scene.spans[sent].trace.clone(),
        scene.spans[sent].id.clone(),
    );
    scene.new_trace();
    scene.work(2_000, 20_000);
    let received = scene.open(None, Shipping, Kind::Consumer, "process orders");
    scene.tag(received, "messaging.system", "kafka");
    scene.tag(received, "messaging.destination.name", "orders");
    scene.spans[received].links.push(link);
    received
}

/// Three hops deep: gateway → checkout → cart, which throws.
fn cart_fails(scene: &mut Scene<'_>) {
    let entry = enter(scene, "POST /orders");
    let place = scene.call(entry, Gateway, Checkout, "POST /checkout");
    let cart = scene.call(place.1, Checkout, Cart, "GET /cart/total");
    let price = scene.open(Some(cart.1), Cart, Kind::Internal, "CartService.price");
    scene.tag(
        price,
        "code.function.name",
        "com.shop.cart.CartService.price",
    );
    let item = scene.random.between(100, 999);
    let thrown = stacks::cart_price(item);
    scene.tag(price, "omegi.code.arguments", &format!("[\"sku-{item}\"]"));
    scene.throw(price, &thrown);
    scene.close(price);
    scene.throw(cart.1, &thrown);
    scene.answer(cart, 500);
    scene.throw(place.1, &stacks::upstream_failed("cart"));
    scene.answer(place, 500);
    leave(scene, entry, 500);
}

/// Each enclosing span records the exception again, with a longer traceback.
fn payment_fails(scene: &mut Scene<'_>) {
    let entry = enter(scene, "POST /orders");
    let place = scene.call(entry, Gateway, Checkout, "POST /checkout");
    reserve(scene, place.1);
    let pay = scene.call(place.1, Checkout, Payment, "POST /pay");
    let order = scene.random.between(10_000, 99_999);
    let charge = scene.open(Some(pay.1), Payment, Kind::Internal, "charge");
    let confirm = scene.open(Some(charge), Payment, Kind::Internal, "confirm");
    scene.work(1_900_000, 2_100_000);
    for (levels, at) in [confirm, charge, pay.1].into_iter().enumerate() {
        scene.throw(at, &stacks::payment_timeout(order, levels));
        if at != pay.1 {
            scene.close(at);
        }
    }
    scene.answer(pay, 500);
    scene.throw(place.1, &stacks::upstream_failed("payment"));
    scene.answer(place, 500);
    leave(scene, entry, 500);
}

/// Two attempts fail, the third succeeds: nothing is broken.
fn retries_recover(scene: &mut Scene<'_>) {
    let entry = enter(scene, "POST /orders");
    let place = scene.call(entry, Gateway, Checkout, "POST /checkout");
    for attempt in 0..3_u64 {
        let client = scene.open(Some(place.1), Checkout, Kind::Client, "POST /reservations");
        scene.tag(client, "server.address", "inventory");
        scene.count(client, "http.request.resend_count", attempt);
        if attempt < 2 {
            scene.tag(client, "error.type", "java.net.ConnectException");
            scene.fail(client, "Connection refused");
        } else {
            let server = scene.open(Some(client), Inventory, Kind::Server, "POST /reservations");
            scene.close(server);
        }
        scene.close(client);
    }
    scene.answer(place, 201);
    leave(scene, entry, 201);
}

/// Two callees fail for different reasons.
fn fan_out_fails(scene: &mut Scene<'_>) {
    let entry = enter(scene, "GET /products/:id");
    let reviews = scene.call(entry, Gateway, Reviews, "GET /reviews");
    scene.throw(reviews.1, &stacks::reviews_decode());
    scene.answer(reviews, 500);
    let prices = scene.call(entry, Gateway, Pricing, "GET /prices");
    let sku = scene.random.between(100, 999);
    scene.throw(prices.1, &stacks::pricing_error(sku));
    scene.answer(prices, 500);
    leave(scene, entry, 500);
}

/// The gateway catches its own error and shows the page without recommendations.
fn recommendations_contained(scene: &mut Scene<'_>) {
    let entry = enter(scene, "GET /");
    let recommend = scene.open(Some(entry), Gateway, Kind::Internal, "recommend");
    let user = scene.random.between(1_000, 9_999);
    scene.throw(recommend, &stacks::recommendations(user));
    scene.close(recommend);
    scene.cope(entry, &stacks::recommendations(user));
    leave(scene, entry, 200);
}

fn inventory_panics(scene: &mut Scene<'_>) {
    let entry = enter(scene, "POST /orders");
    let place = scene.call(entry, Gateway, Checkout, "POST /checkout");
    let reserve = scene.call(place.1, Checkout, Inventory, "POST /reservations");
    scene.throw(reserve.1, &stacks::inventory_panic());
    scene.answer(reserve, 500);
    scene.throw(place.1, &stacks::upstream_failed("inventory"));
    scene.answer(place, 500);
    leave(scene, entry, 500);
}

fn shipping_fails_behind_the_queue(scene: &mut Scene<'_>) {
    let entry = enter(scene, "POST /orders");
    let place = scene.call(entry, Gateway, Checkout, "POST /checkout");
    let sent = send_order(scene, place.1);
    scene.answer(place, 201);
    leave(scene, entry, 201);
    let received = receive_order(scene, sent);
    let order = scene.random.between(10_000, 99_999);
    scene.throw(received, &stacks::shipping_route(order));
    scene.close(received);
}

/// The exception is on a log record alone; the span only says that it failed.
fn notify_logs_only(scene: &mut Scene<'_>) {
    let entry = enter(scene, "POST /invitations");
    let mail = scene.call(entry, Gateway, Notify, "POST /mail");
    let user = scene.random.between(1_000, 9_999);
    let thrown = stacks::notify_refused(user);
    let attributes = exception(thrown.kind, &thrown.message, &thrown.stack);
    scene.log(Notify, Some(mail.1), 17, "mail not sent", attributes);
    scene.fail(mail.1, &thrown.message);
    scene.answer(mail, 500);
    leave(scene, entry, 500);
}

/// A scheduled job without tracing: a log record is all there is.
fn night_job_logs_without_trace(scene: &mut Scene<'_>) {
    let thrown = stacks::notify_refused(7);
    let attributes = exception(thrown.kind, &thrown.message, &thrown.stack);
    scene.log(Notify, None, 17, "weekly digest failed", attributes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(seed: u64) -> Vec<String> {
        let mut random = Random::new(seed);
        let mut scene = Scene::new(&mut random);
        BAD.iter().for_each(|(tell, _)| tell(&mut scene));
        GOOD.iter().for_each(|tell| tell(&mut scene));
        scene
            .spans
            .iter()
            .map(|span| format!("{}{}{}", span.trace, span.id, span.name))
            .collect()
    }

    #[test]
    fn the_same_seed_tells_the_same_story() {
        assert_eq!(told(7), told(7));
        assert_ne!(told(7), told(8));
    }

    #[test]
    fn every_scene_is_told_within_fifty_requests() {
        let mut story = Story::new(1);
        let bodies: Vec<String> = (0..50)
            .flat_map(|_| story.next_request())
            .map(|delivery| delivery.body.to_string())
            .collect();
        for text in [
            "CartException",
            "PaymentNotConfirmed",
            "ConnectException",
            "JSONDecodeError",
            "wrapError",
            "[cause]: TypeError",
            "entry in nil map",
            "RoutingException",
            "weekly digest failed",
            "process orders",
        ] {
            assert!(
                bodies.iter().any(|body| body.contains(text)),
                "{text} is never told"
            );
        }
    }

    #[test]
    fn the_late_service_comes_later() {
        let mut story = Story::new(1);
        let late = (0..50)
            .flat_map(|_| story.next_request())
            .filter(|d| d.after == LATE)
            .count();
        assert_eq!(late, 1);
    }
}
