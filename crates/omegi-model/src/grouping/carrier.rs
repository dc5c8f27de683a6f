//! Exceptions that only carry another one: wrappers of pools and proxies, errors of HTTP clients.

/// Whether an exception of this type says only that something else failed.
///
/// Takes the full name or the last segment alone.
#[must_use]
pub fn is_carrier(kind: &str) -> bool {
    let kind = kind.split([' ', '<', '[', '`']).next().unwrap_or(kind);
    let short = kind.rsplit(['.', ':', '\\', '$']).next().unwrap_or(kind);
    CARRIERS.binary_search(&short).is_ok()
        || QUALIFIED
            .binary_search(&kind.trim_start_matches('*'))
            .is_ok()
}

/// Last segments of names, sorted.
const CARRIERS: &[&str] = &[
    "AggregateException",
    "AsyncRequestTimeoutException",
    "CompletionException",
    "DelegatingException",
    "ExecutionException",
    "FeignClientException",
    "FeignException",
    "FeignServerException",
    "HttpClientErrorException",
    "HttpRequestException",
    "HttpResponseException",
    "HttpServerErrorException",
    "HttpStatusCodeException",
    "InvocationTargetException",
    "NestedServletException",
    "RestClientException",
    "RestClientResponseException",
    "RetryError",
    "RetryExhaustedException",
    "ServletException",
    "StatusException",
    "StatusRuntimeException",
    "TargetInvocationException",
    "TypeInitializationException",
    "UncheckedExecutionException",
    "UncheckedIOException",
    "UndeclaredThrowableException",
    "WebClientException",
    "WebClientRequestException",
    "WebClientResponseException",
    "WrapperException",
];

/// Full names whose last segment alone would say too little, sorted.
const QUALIFIED: &[&str] = &[
    "BaseExceptionGroup",
    "ExceptionGroup",
    "aiohttp.client_exceptions.ClientResponseError",
    "errors.withMessage",
    "errors.withStack",
    "fmt.wrapError",
    "fmt.wrapErrors",
    "grpc.aio._call.AioRpcError",
    "httpx.HTTPStatusError",
    "requests.exceptions.HTTPError",
    "urllib.error.HTTPError",
];
