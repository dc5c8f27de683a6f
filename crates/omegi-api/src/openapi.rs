//! The OpenAPI document: made from the handlers, committed, checked for drift.

use axum::Json;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};

/// Completes what the routes collected.
pub(crate) fn describe(mut document: OpenApi) -> OpenApi {
    document.info.title = "Omegi".into();
    document.info.version = "1".into();
    document.info.description = Some(
        "Error events, issues, traces and notes. Send `Authorization: Bearer omgu_…`, or sign in \
         for a cookie; a write with the cookie must carry the installation's own `Origin`."
            .into(),
    );
    document.info.license = None;
    let components = document.components.get_or_insert_default();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    let cookie = ApiKey::Cookie(ApiKeyValue::new(crate::access::COOKIE));
    components.add_security_scheme("cookie", SecurityScheme::ApiKey(cookie));
    document
}

/// The route that serves it.
pub(crate) async fn serve(document: OpenApi) -> Json<OpenApi> {
    Json(document)
}

#[cfg(test)]
mod tests {
    /// Where the committed document lies.
    const COMMITTED: &str = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../schemas/openapi/omegi.v1.json"
    );

    #[test]
    fn openapi_document_equals_the_committed_one() {
        let mut made = crate::document().to_pretty_json().unwrap();
        made.push('\n');
        if std::env::var_os("OMEGI_UPDATE_OPENAPI").is_some() {
            std::fs::write(COMMITTED, &made).unwrap();
        }
        let committed = std::fs::read_to_string(COMMITTED).unwrap_or_default();
        assert!(
            made == committed,
            "the API changed: run `make openapi` and commit the document"
        );
    }
}
