//! The Lambda Runtime API: one HTTP server per process.

use std::{
    convert::Infallible,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::mpsc,
    task::{JoinHandle, JoinSet},
};

use super::lock;

const VERSION: &str = "/2018-06-01/runtime/";

/// A request for the process.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) request_id: String,
    pub(super) deadline_millis: i64,
    pub(super) invoked_arn: String,
    pub(super) trace_id: String,
    pub(super) client_context: Option<String>,
    pub(super) payload: Bytes,
}

/// A message from the process.
#[derive(Debug)]
pub(super) enum Event {
    /// It is ready for the next request.
    Ready,
    Response(Bytes),
    Failure(Bytes),
    /// It failed to start.
    InitFailure(Bytes),
}

/// The handle of the server.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    pub(super) address: SocketAddr,
    deliveries: mpsc::UnboundedSender<Delivery>,
    events: mpsc::UnboundedReceiver<Event>,
    server: JoinHandle<()>,
}

impl RuntimeApi {
    pub(super) async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (deliveries, delivered) = mpsc::unbounded_channel();
        let (sender, events) = mpsc::unbounded_channel();
        let desk = Desk { delivered: tokio::sync::Mutex::new(delivered), current: Mutex::default(), events: sender };
        let server = tokio::spawn(accept(listener, Arc::new(desk)));
        Ok(Self { address, deliveries, events, server })
    }

    /// Queues a request until the process polls for it.
    pub(super) fn deliver(&self, delivery: Delivery) {
        // The receiver is dropped only with the server, just before the process ends.
        let _ = self.deliveries.send(delivery);
    }

    /// Waits for a message from the process. Cancel-safe.
    pub(super) async fn event(&mut self) -> Event {
        match self.events.recv().await {
            Some(event) => event,
            None => std::future::pending().await,
        }
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

#[derive(Debug)]
struct Desk {
    delivered: tokio::sync::Mutex<mpsc::UnboundedReceiver<Delivery>>,
    /// The id of the request in progress.
    current: Mutex<Option<String>>,
    events: mpsc::UnboundedSender<Event>,
}

async fn accept(listener: TcpListener, desk: Arc<Desk>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        let desk = Arc::clone(&desk);
        connections.spawn(async move {
            let service = service_fn(move |request| {
                let desk = Arc::clone(&desk);
                async move { Ok::<_, Infallible>(desk.answer(request).await) }
            });
            // A process that disconnects is detected by its exit, not here.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

impl Desk {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        let Some(path) = parts.uri.path().strip_prefix(VERSION) else { return refusal(StatusCode::NOT_FOUND, "path") };
        let steps: Vec<_> = path.split('/').collect();
        match (&parts.method, steps.as_slice()) {
            (&Method::GET, ["invocation", "next"]) => self.next().await,
            (&Method::POST, ["init", "error"]) => match body.collect().await {
                Ok(body) => self.accept(Event::InitFailure(body.to_bytes())),
                Err(_) => refusal(StatusCode::BAD_REQUEST, "body"),
            },
            (&Method::POST, ["invocation", request_id, what @ ("response" | "error")]) => {
                let Ok(body) = body.collect().await else { return refusal(StatusCode::BAD_REQUEST, "body") };
                if lock(&self.current).take_if(|current| current == request_id).is_none() {
                    return refusal(StatusCode::BAD_REQUEST, "request ID");
                }
                let body = body.to_bytes();
                self.accept(if *what == "response" { Event::Response(body) } else { Event::Failure(body) })
            }
            _ => refusal(StatusCode::NOT_FOUND, "path"),
        }
    }

    async fn next(&self) -> Response<Full<Bytes>> {
        // The channel is closed only when the instance and its process are gone.
        let _ = self.events.send(Event::Ready);
        let Some(delivery) = self.delivered.lock().await.recv().await else {
            return refusal(StatusCode::GONE, "process");
        };
        *lock(&self.current) = Some(delivery.request_id.clone());
        let mut response = Response::builder()
            .header(CONTENT_TYPE, "application/json")
            .header("Lambda-Runtime-Aws-Request-Id", delivery.request_id)
            .header("Lambda-Runtime-Deadline-Ms", delivery.deadline_millis)
            .header("Lambda-Runtime-Invoked-Function-Arn", delivery.invoked_arn)
            .header("Lambda-Runtime-Trace-Id", delivery.trace_id);
        if let Some(context) = delivery.client_context {
            response = response.header("Lambda-Runtime-Client-Context", context);
        }
        response.body(Full::new(delivery.payload)).unwrap_or_else(|_| refusal(StatusCode::BAD_GATEWAY, "header"))
    }

    fn accept(&self, event: Event) -> Response<Full<Bytes>> {
        let _ = self.events.send(event);
        json_response(StatusCode::ACCEPTED, &json!({ "status": "OK" }))
    }
}

fn refusal(status: StatusCode, what: &str) -> Response<Full<Bytes>> {
    let kind = if what == "request ID" { "InvalidRequestID" } else { "InvalidRequest" };
    json_response(status, &json!({ "errorMessage": format!("Invalid {what}"), "errorType": kind }))
}

fn json_response(status: StatusCode, body: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    response
}
