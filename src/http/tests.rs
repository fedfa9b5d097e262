//! Requests to loopback servers, and the errors when there is no response.

use std::{net::Ipv4Addr, time::Duration};

use ::http::{HeaderValue, Request, Response, Uri};
use aws_smithy_http_client::proxy::ProxyConfig;
use bytes::Bytes;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinHandle,
};

use super::{
    client::{HttpClient, LARGEST_ANSWER},
    error::HttpError,
};

/// A server that accepts one connection, reads the head of a request, writes these bytes and closes the connection. The
/// task returns the head.
async fn answering(bytes: Vec<u8>) -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") && head.first() != Some(&22) {
            head.push(stream.read_u8().await.unwrap());
        }
        // The client may close the connection first, when it has read enough.
        let _ = stream.write_all(&bytes).await;
        String::from_utf8_lossy(&head).into_owned()
    });
    (port, served)
}

fn client() -> HttpClient {
    HttpClient::new(Duration::from_mins(1))
}

async fn get(url: &str) -> Result<Response<Bytes>, HttpError> {
    client().send(Request::get(url).body(Bytes::new()).unwrap()).await
}

/// The error and hint of a failed request, with the port masked.
async fn said(url: &str) -> String {
    let error = get(url).await.unwrap_err();
    let hint = error.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    let port = url.parse::<Uri>().unwrap().port_u16().unwrap();
    format!("{error}{hint}").replace(&format!(":{port}"), ":PORT")
}

#[tokio::test]
async fn a_response_has_its_status_headers_and_body() {
    let (port, served) =
        answering(b"HTTP/1.1 418 I'm a teapot\r\nX-Tea: oolong\r\nContent-Length: 3\r\n\r\n\xff\0\n".to_vec()).await;
    let request = Request::post(format!("http://127.0.0.1:{port}/pot?cup=2")).header("x-milk", "no");
    let answer = client().send(request.body(Bytes::from_static(b"pour")).unwrap()).await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["x-tea"]), (418, &HeaderValue::from_static("oolong")));
    assert_eq!(answer.body().as_ref(), b"\xff\0\n");
    let head = served.await.unwrap();
    assert!(head.starts_with("POST /pot?cup=2 HTTP/1.1\r\n"), "{head}");
    for line in ["x-milk: no", "content-length: 4", concat!("user-agent: stackctl/", env!("CARGO_PKG_VERSION"))] {
        assert!(head.contains(&format!("\r\n{line}\r\n")), "{line} in {head}");
    }
}

#[tokio::test]
async fn a_redirect_is_returned_and_not_followed() {
    let (port, _) = answering(b"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n".to_vec()).await;
    let answer = get(&format!("http://localhost:{port}/")).await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["location"]), (302, &HeaderValue::from_static("/other")));
}

#[tokio::test]
async fn the_proxy_is_used_except_for_loopback() {
    let (proxy_port, proxy) = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_vec()).await;
    let (port, _) = answering(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()).await;
    let proxies = ProxyConfig::http(format!("http://127.0.0.1:{proxy_port}")).unwrap();
    let client = HttpClient { proxy: proxies, ..client() };
    let ask = async |url: String| client.send(Request::get(url).body(Bytes::new()).unwrap()).await.unwrap().status();
    assert_eq!(ask(format!("http://127.0.0.1:{port}/")).await, 204);
    assert_eq!(ask("http://elsewhere.test/path".into()).await, 200);
    let head = proxy.await.unwrap();
    assert!(head.starts_with("GET http://elsewhere.test/path HTTP/1.1\r\n"), "{head}");
}

#[tokio::test]
async fn a_refused_connection_is_an_error() {
    insta::assert_snapshot!(said("http://127.0.0.1:1/x?token=secret").await, @r"
    http://127.0.0.1:PORT cannot be reached: connection refused
    hint: is it running? for the local emulator see `stackctl local status`
    ");
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_times_out() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    insta::assert_snapshot!(said(&format!("http://127.0.0.1:{port}/")).await, @r"
    http://127.0.0.1:PORT did not respond within 60 s
    hint: the server may have received it: check before you send it again
    ");
}

#[tokio::test]
async fn a_truncated_response_is_an_error() {
    let (port, _) = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this".to_vec()).await;
    insta::assert_snapshot!(said(&format!("http://127.0.0.1:{port}/")).await, @r"
    the connection to http://127.0.0.1:PORT was closed before the response was complete
    hint: the server may have received it: check before you send it again
    ");
    let (port, _) = answering(Vec::new()).await;
    insta::assert_snapshot!(said(&format!("http://127.0.0.1:{port}/")).await, @r"
    the connection to http://127.0.0.1:PORT was closed before the response was complete
    hint: the server may have received it: check before you send it again
    ");
}

#[tokio::test]
async fn a_response_over_the_size_limit_is_an_error() {
    let mut bytes = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    bytes.resize(bytes.len() + LARGEST_ANSWER + 1, b'x');
    let (port, _) = answering(bytes).await;
    insta::assert_snapshot!(said(&format!("http://127.0.0.1:{port}/")).await, @r"
    the response of http://127.0.0.1:PORT is larger than 10 MiB
    ");
}

#[tokio::test]
async fn a_server_without_tls_is_an_error() {
    let (port, _) = answering(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()).await;
    insta::assert_snapshot!(said(&format!("https://127.0.0.1:{port}/")).await, @"https://127.0.0.1:PORT does not speak TLS as it should");
}

#[tokio::test]
async fn invalid_urls_are_rejected_without_a_request() {
    for url in ["/path", "ftp://127.0.0.1/", "127.0.0.1:80"] {
        assert_eq!(get(url).await.unwrap_err(), HttpError::Url, "{url}");
    }
}
