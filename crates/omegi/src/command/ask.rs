//! Commands that ask the running server, through the door it left open for the operator.

use std::path::Path;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request, header};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

use super::{Outcome, folder};
use crate::cli::{TokenCommand, UserCommand};
use crate::data_dir::{Door, running_server};

/// `omegi replay`
pub(super) fn replay(data: &Path, projection: &str) -> anyhow::Result<Outcome> {
    ask(
        data,
        Method::POST,
        "/api/v1/replay",
        &json!({ "projection": projection }),
    )?;
    Ok(Outcome::Done)
}

/// `omegi token …`
#[allow(clippy::print_stdout)]
pub(super) fn token(command: TokenCommand) -> anyhow::Result<Outcome> {
    let TokenCommand::Issue {
        project,
        name,
        service,
        data,
    } = command;
    let path = format!("/api/v1/projects/{project}/tokens");
    let body = json!({ "name": name, "service": service });
    let answer = ask(&folder(&data), Method::POST, &path, &body)?;
    println!("{}", answer["secret"].as_str().unwrap_or_default());
    Ok(Outcome::Done)
}

/// `omegi user …`
#[allow(clippy::print_stdout)]
pub(super) fn user(command: UserCommand) -> anyhow::Result<Outcome> {
    let UserCommand::SignInLink { email, data } = command;
    let body = json!({ "email": email });
    let answer = ask(&folder(&data), Method::POST, "/api/v1/sign-in-links", &body)?;
    println!("{}", answer["url"].as_str().unwrap_or_default());
    Ok(Outcome::Done)
}

fn ask(data: &Path, method: Method, path: &str, body: &Value) -> anyhow::Result<Value> {
    let door = running_server(data)
        .with_context(|| format!("no server runs on {}; start one first", data.display()))?;
    tokio::runtime::Runtime::new()?.block_on(send(&door, method, path, body))
}

async fn send(door: &Door, method: Method, path: &str, body: &Value) -> anyhow::Result<Value> {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let request = Request::builder()
        .method(method)
        .uri(format!("{}{path}", door.api))
        .header(header::AUTHORIZATION, format!("Bearer {}", door.key))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(body.to_string())))?;
    let response = client
        .request(request)
        .await
        .context("the server does not answer")?;
    let status = response.status();
    let bytes = response.into_body().collect().await?.to_bytes();
    let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    if !status.is_success() {
        bail!(
            "{}",
            answer["detail"].as_str().unwrap_or("the server refused")
        );
    }
    Ok(answer)
}
