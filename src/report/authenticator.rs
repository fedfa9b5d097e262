//! How to set up an authenticator app: a QR code to scan, and the secret to type.

use anstyle::{AnsiColor, Color, Style};
use qrcode::{QrCode, render::unicode::Dense1x2};

use super::paint::{STRONG, paint};
use crate::users::Authenticator;

/// A QR code must be dark on light in any color scheme, so the light parts are drawn in white on a black background.
const CODE: Style = AnsiColor::BrightWhite.on_default().bg_color(Some(Color::Ansi(AnsiColor::Black)));

/// Shows what an authenticator app needs.
pub(crate) fn authenticator(app: &Authenticator) -> String {
    let secret = paint(STRONG, app.secret.reveal());
    match QrCode::new(app.url.reveal().as_bytes()) {
        Ok(code) => {
            format!("\nscan this with an authenticator app:\n\n{}\nor type its secret: {secret}\n\n", drawn(&code))
        }
        // A long name may not fit into a QR code.
        Err(_) => format!("\ntype this secret into an authenticator app: {secret}\n\n"),
    }
}

fn drawn(code: &QrCode) -> String {
    let drawing = code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build();
    drawing.lines().map(|line| paint(CODE, line) + "\n").collect()
}
