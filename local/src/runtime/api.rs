//! The Lambda Runtime API: one HTTP server per process.
//!
//! Every user and every web page of this machine can reach its port, so a request must name the port in `Host` and must
//! not come from a page. A managed runtime must also know a secret, which is a part of the path. Clients of `provided`
//! functions may expect an address without a path, so those must be processes of the same user instead.

use std::{
    convert::Infallible,
    fs, io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{
    Method, Request, Response, StatusCode,
    header::{CONTENT_TYPE, HOST, ORIGIN},
    request::Parts,
};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::mpsc,
    task::{JoinHandle, JoinSet},
};
use uuid::Uuid;

use super::lock;

const VERSION: &str = "/2018-06-01/runtime/";
/// The largest response to a synchronous request, in bytes.
pub(super) const LARGEST_RESPONSE: usize = 6_291_556;

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
    /// Its response is larger than [`LARGEST_RESPONSE`].
    TooLarge,
    /// It failed to start.
    InitFailure(Bytes),
}

/// The handle of the server.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    /// The value of `AWS_LAMBDA_RUNTIME_API`.
    pub(super) address: String,
    deliveries: mpsc::UnboundedSender<Delivery>,
    events: mpsc::UnboundedReceiver<Event>,
    server: JoinHandle<()>,
}

impl RuntimeApi {
    /// Starts the server. The address has a secret path unless the client may not understand one.
    pub(super) async fn start(with_secret: bool) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let (deliveries, delivered) = mpsc::unbounded_channel();
        let (sender, events) = mpsc::unbounded_channel();
        let secret = if with_secret { format!("/{}", Uuid::new_v4().simple()) } else { String::new() };
        let address = format!("{}{secret}", listener.local_addr()?);
        let desk = Desk {
            port: listener.local_addr()?.port(),
            secret,
            delivered: tokio::sync::Mutex::new(delivered),
            current: Mutex::default(),
            events: sender,
        };
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
    port: u16,
    /// The start of every path.
    secret: String,
    delivered: tokio::sync::Mutex<mpsc::UnboundedReceiver<Delivery>>,
    /// The id of the request in progress.
    current: Mutex<Option<String>>,
    events: mpsc::UnboundedSender<Event>,
}

async fn accept(listener: TcpListener, desk: Arc<Desk>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, peer)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        if desk.secret.is_empty() && !is_of_this_user(peer) {
            continue;
        }
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

/// Whether the socket at the other end belongs to this process's user, as far as the system shows it.
fn is_of_this_user(peer: SocketAddr) -> bool {
    let Ok(sockets) = fs::read_to_string("/proc/net/tcp") else { return true };
    let local = format!("0100007F:{:04X}", peer.port());
    let socket = sockets.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let owner = socket.into_iter().find(|fields| fields.get(1) == Some(&local.as_str()) && fields.len() > 7);
    owner.is_some_and(|fields| fields[7] == rustix::process::geteuid().as_raw().to_string())
}

impl Desk {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        let Some(path) = self.permitted(&parts) else { return refusal(StatusCode::FORBIDDEN, "caller") };
        let steps: Vec<_> = path.split('/').collect();
        match (&parts.method, steps.as_slice()) {
            (&Method::GET, ["invocation", "next"]) => self.next().await,
            (&Method::POST, ["init", "error"]) => match limited(body).await {
                Ok(Some(body)) => self.accept(Event::InitFailure(body)),
                Ok(None) => refusal(StatusCode::PAYLOAD_TOO_LARGE, "body"),
                Err(_) => refusal(StatusCode::BAD_REQUEST, "body"),
            },
            (&Method::POST, ["invocation", request_id, what @ ("response" | "error")]) => {
                let Ok(body) = limited(body).await else { return refusal(StatusCode::BAD_REQUEST, "body") };
                if lock(&self.current).take_if(|current| current == request_id).is_none() {
                    return refusal(StatusCode::BAD_REQUEST, "request ID");
                }
                match body {
                    Some(body) if *what == "response" => self.accept(Event::Response(body)),
                    Some(body) => self.accept(Event::Failure(body)),
                    None => {
                        self.accept(Event::TooLarge);
                        refusal(StatusCode::PAYLOAD_TOO_LARGE, "body")
                    }
                }
            }
            _ => refusal(StatusCode::NOT_FOUND, "path"),
        }
    }

    /// The path of a request from the function, without the secret and the version.
    fn permitted<'a>(&self, parts: &'a Parts) -> Option<&'a str> {
        let host = parts.headers.get(HOST)?.to_str().ok()?;
        let (name, port) = host.rsplit_once(':')?;
        let is_here = matches!(name, "127.0.0.1" | "localhost") && port.parse() == Ok(self.port);
        let path = parts.uri.path().strip_prefix(&self.secret)?.strip_prefix(VERSION)?;
        (is_here && !parts.headers.contains_key(ORIGIN)).then_some(path)
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

/// The whole body, or `None` if it is larger than a response may be.
async fn limited(body: Incoming) -> Result<Option<Bytes>, hyper::Error> {
    match Limited::new(body, LARGEST_RESPONSE).collect().await {
        Ok(body) => Ok(Some(body.to_bytes())),
        Err(error) => match error.downcast::<hyper::Error>() {
            Ok(error) => Err(*error),
            Err(_) => Ok(None),
        },
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
