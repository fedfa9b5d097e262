//! A folder with a `config.json`, and a pinned date, stage and environment.

use std::collections::BTreeMap;
use std::path::PathBuf;

use stackctl::config::{Loaded, Problems, Selection, check, load};

/// A folder with a config and the files that it refers to.
pub(crate) struct Folder {
    directory: tempfile::TempDir,
    pub(crate) selection: Selection,
}

impl Folder {
    /// Creates a folder with this `config.json` and `lambdas/test/test.py`.
    pub(crate) fn with(config: &str) -> Self {
        let folder = Self::empty();
        folder
            .write("lambdas/test/test.py", "def handler(event, context):\n    return {}\n")
            .write("config.json", config)
    }

    /// Creates a folder with the example of the repository.
    pub(crate) fn example() -> Self {
        let files = stackctl::config::example_files("myname1", None).unwrap();
        files.iter().fold(Self::empty(), |folder, (name, text)| folder.write(name, text))
    }

    /// Creates a folder whose config has one more section, on line 5.
    pub(crate) fn with_section(section: &str) -> Self {
        Self::with(&format!(
            r#"{{
  "deployment": {{ "serviceName": "shop", "region": "eu-west-1" }},
  "functions": {{ "hello": {{ "source": "lambdas/test", "handler": "test.handler", "runtime": "python3.13" }} }},
  "routes": {{ "GET /hello": {{ "function": "hello" }} }},
  {section}
}}"#
        ))
    }

    /// Creates a folder whose config has these members in `deployment`, from line 3 on.
    pub(crate) fn with_deployment(members: &str) -> Self {
        Self::with(&format!(
            r#"{{
  "deployment": {{
    {members}
  }},
  "functions": {{ "hello": {{ "source": "lambdas/test", "handler": "test.handler", "runtime": "python3.13" }} }},
  "routes": {{ "GET /hello": {{ "function": "hello" }} }}
}}"#
        ))
    }

    /// Creates a folder whose one function has these members too, from line 5 on.
    pub(crate) fn with_function(members: &str) -> Self {
        Self::with_function_of(&format!(
            r#""source": "lambdas/test", "handler": "test.handler", "runtime": "python3.13",
      {members}"#
        ))
    }

    /// Creates a folder whose one function has only these members, from line 4 on.
    pub(crate) fn with_function_of(members: &str) -> Self {
        Self::with(&format!(
            r#"{{
  "deployment": {{ "serviceName": "shop", "region": "eu-west-1" }},
  "functions": {{ "hello": {{
      {members}
  }} }},
  "routes": {{ "GET /hello": {{ "function": "hello" }} }}
}}"#
        ))
    }

    /// Creates a folder whose config has these routes, from line 5 on, and the functions `hello` and `report`.
    pub(crate) fn with_routes(routes: &str) -> Self {
        let function = r#"{ "source": "lambdas/test", "handler": "test.handler", "runtime": "python3.13" }"#;
        Self::with(&format!(
            r#"{{
  "deployment": {{ "serviceName": "shop", "region": "eu-west-1" }},
  "functions": {{ "hello": {function}, "report": {function} }},
  "routes": {{
    {routes}
  }}
}}"#
        ))
    }

    pub(crate) fn empty() -> Self {
        let selection = Selection {
            stage: None,
            region: None,
            service_name: None,
            environment: BTreeMap::new(),
            today: jiff::civil::date(2026, 11, 23),
        };
        Self { directory: tempfile::tempdir().unwrap(), selection }
    }

    pub(crate) fn write(self, name: &str, text: &str) -> Self {
        let path = self.directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    pub(crate) fn stage(mut self, stage: &str) -> Self {
        self.selection.stage = Some(stage.to_owned());
        self
    }

    pub(crate) fn region(mut self, region: &str) -> Self {
        self.selection.region = Some(region.to_owned());
        self
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.selection.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn load(&self) -> Result<Loaded, Problems> {
        load(&self.path(), &self.selection)
    }

    /// The text of the config.
    pub(crate) fn text(&self) -> String {
        std::fs::read_to_string(self.path()).unwrap()
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("config.json")
    }

    /// The problems of every stage, as text, without the path of the folder.
    pub(crate) fn problems_of_every_stage(&self) -> String {
        self.without_path(&check(&self.path(), &self.selection).problems.to_string())
    }

    /// Removes the path of the folder from a text.
    pub(crate) fn without_path(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.directory.path().display()), "")
    }

    /// The problems of the config, as text, without the path of the folder.
    pub(crate) fn problems(&self) -> String {
        let text = match self.load() {
            Ok(loaded) => loaded.warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
            Err(problems) => problems.to_string(),
        };
        self.without_path(&text)
    }
}
