//! The infrastructure of a config as a picture: from the client through the API, its routes and the authorizer to the
//! functions, as Mermaid, DOT or SVG text.

use std::fmt::Write as _;

use crate::config::{Config, RouteAuth};

/// Nodes in columns from left to right, and arrows between them.
pub struct Graph {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
}

struct Node {
    column: usize,
    lines: Vec<String>,
}

struct Edge {
    from: usize,
    to: usize,
    label: &'static str,
}

/// Draws the stack of a config.
#[must_use]
pub fn graph(config: &Config) -> Graph {
    let mut graph = Graph { nodes: Vec::new(), edges: Vec::new() };
    let name = format!("{}-{}", config.deployment.service_name, config.deployment.stage);
    let client = graph.node(0, ["Client".to_owned()]);
    let api = graph.node(1, ["API Gateway".to_owned(), name]);
    graph.edge(client, api, "request");
    if config.routes.values().any(|route| route.auth != RouteAuth::None) {
        let pool = graph.node(1, ["Cognito".to_owned(), "user pool, app client".to_owned()]);
        graph.edge(client, pool, "sign in");
        graph.edge(api, pool, "authorizer");
    }
    let functions: Vec<(&String, usize)> = config
        .functions
        .iter()
        .map(|(name, function)| (name, graph.node(3, [format!("Lambda {name}"), function.runtime.clone()])))
        .collect();
    for (key, route) in &config.routes {
        let access = match &route.auth {
            RouteAuth::None => "public".to_owned(),
            RouteAuth::IdToken => "ID token".to_owned(),
            RouteAuth::Scopes(scopes) => scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" or "),
        };
        let node = graph.node(2, [key.to_string(), access]);
        graph.edge(api, node, "");
        if let Some((_, function)) = functions.iter().find(|(name, _)| **name == route.function) {
            graph.edge(node, *function, "");
        }
    }
    graph
}

impl Graph {
    fn node(&mut self, column: usize, lines: impl Into<Vec<String>>) -> usize {
        self.nodes.push(Node { column, lines: lines.into() });
        self.nodes.len() - 1
    }

    fn edge(&mut self, from: usize, to: usize, label: &'static str) {
        self.edges.push(Edge { from, to, label });
    }

    /// As a Mermaid flowchart.
    #[must_use]
    pub fn mermaid(&self) -> String {
        let mut text = "flowchart LR\n".to_owned();
        for (id, node) in self.nodes.iter().enumerate() {
            let _ = writeln!(text, "  n{id}[\"{}\"]", node.lines.join("<br>").replace('"', "#quot;"));
        }
        for Edge { from, to, label } in &self.edges {
            let label = if label.is_empty() { String::new() } else { format!("|{label}| ") };
            let _ = writeln!(text, "  n{from} -->{label}n{to}");
        }
        text
    }

    /// As a DOT digraph, for Graphviz.
    #[must_use]
    pub fn dot(&self) -> String {
        let mut text = "digraph stack {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n".to_owned();
        for (id, node) in self.nodes.iter().enumerate() {
            let lines: Vec<String> =
                node.lines.iter().map(|line| line.replace('\\', "\\\\").replace('"', "\\\"")).collect();
            let _ = writeln!(text, "  n{id} [label=\"{}\"];", lines.join("\\n"));
        }
        for Edge { from, to, label } in &self.edges {
            let label = if label.is_empty() { String::new() } else { format!(" [label=\"{label}\"]") };
            let _ = writeln!(text, "  n{from} -> n{to}{label};");
        }
        text + "}\n"
    }

    /// As an SVG image, which follows the light or dark scheme of its reader.
    #[must_use]
    pub fn svg(&self) -> String {
        let boxes = self.boxes();
        let width = boxes.iter().map(Box::right).max().unwrap_or(0) + MARGIN;
        let height = boxes.iter().map(Box::bottom).max().unwrap_or(0) + MARGIN;
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" font-family=\"ui-monospace, monospace\" font-size=\"13\">\n{STYLE}"
        );
        for edge in &self.edges {
            text += &arrow(&boxes[edge.from], &boxes[edge.to], edge.label);
        }
        for (node, Box { x, y, width, height }) in self.nodes.iter().zip(&boxes) {
            let _ = writeln!(text, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"6\"/>");
            for (at, line) in node.lines.iter().enumerate() {
                let (x, y) = (x + width / 2, y + PADDING + LINE * at + 10);
                let class = if at == 0 { "" } else { " class=\"minor\"" };
                let _ =
                    writeln!(text, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\"{class}>{}</text>", escaped(line));
            }
        }
        text + "</svg>\n"
    }

    /// The places of the nodes: each column as wide as its widest node, its nodes below each other.
    fn boxes(&self) -> Vec<Box> {
        let columns = self.nodes.iter().map(|node| node.column + 1).max().unwrap_or(0);
        let width_of = |node: &Node| node.lines.iter().map(|line| line.chars().count() * CHARACTER).max().unwrap_or(0);
        let mut x = MARGIN;
        let mut lanes: Vec<(usize, usize, usize)> = Vec::new();
        for column in 0..columns {
            let nodes = self.nodes.iter().filter(|node| node.column == column);
            let width = nodes.map(width_of).max().unwrap_or(0) + 2 * PADDING;
            lanes.push((x, width, MARGIN));
            x += width + GAP;
        }
        let place = |node: &Node| {
            let (x, width, y) = &mut lanes[node.column];
            let height = node.lines.len() * LINE + PADDING;
            let placed = Box { x: *x, y: *y, width: *width, height };
            *y += height + ROW;
            placed
        };
        self.nodes.iter().map(place).collect()
    }
}

/// Lengths in pixels.
const MARGIN: usize = 16;
const PADDING: usize = 14;
const LINE: usize = 18;
const CHARACTER: usize = 8;
const GAP: usize = 96;
const ROW: usize = 24;

const STYLE: &str = "\
<style>
  rect { fill: #f6f8fa; stroke: #57606a } text { fill: #1f2328 } .minor { fill: #57606a }
  path { stroke: #57606a; fill: none } .head { fill: #57606a; stroke: none }
  @media (prefers-color-scheme: dark) {
    rect { fill: #161b22; stroke: #8b949e } text { fill: #e6edf3 } .minor { fill: #8b949e }
    path { stroke: #8b949e } .head { fill: #8b949e }
  }
</style>
";

/// The place of a node.
struct Box {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

impl Box {
    fn right(&self) -> usize {
        self.x + self.width
    }

    fn bottom(&self) -> usize {
        self.y + self.height
    }
}

/// An arrow to the next column, or down within one, with its label.
fn arrow(from: &Box, to: &Box, label: &str) -> String {
    let (path, head, text) = if from.x == to.x {
        let (x, y, end) = (from.x + from.width / 2, from.bottom(), to.y);
        (format!("M{x} {y}V{}", end - 6), format!("M{} {}l5 6l5 -6z", x - 5, end - 6), (x + 8, y + 16))
    } else {
        let (x, y) = (from.right(), from.y + from.height / 2);
        let (end, below) = (to.x - 6, to.y + to.height / 2);
        let middle = usize::midpoint(x, end);
        let path = format!("M{x} {y}C{middle} {y} {middle} {below} {end} {below}");
        // Beside the line: above one that is nearly level, below the end of one that falls.
        let text =
            if below > y + LINE { (end - label.len() * CHARACTER, below + LINE) } else { (x + 8, y.min(below) - 8) };
        (path, format!("M{end} {}l6 5l-6 5z", below - 5), text)
    };
    let label = match label {
        "" => String::new(),
        label => format!("<text x=\"{}\" y=\"{}\" class=\"minor\">{label}</text>\n", text.0, text.1),
    };
    format!("<path d=\"{path}\"/><path class=\"head\" d=\"{head}\"/>\n{label}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
