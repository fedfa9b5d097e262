//! Tables and what is saved of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    database::Database,
    table::{Change, Changes, Row, Stored, Table, restore_in, shallow},
};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Pool {
    name: u64,
    users: Table<String, User>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct User {
    email: String,
    keys: Table<u64, String>,
}

impl Row for Pool {
    fn tables(&mut self) -> Vec<(&'static str, &mut dyn Stored)> {
        vec![("users", &mut self.users)]
    }
}

impl Row for User {
    fn tables(&mut self) -> Vec<(&'static str, &mut dyn Stored)> {
        vec![("keys", &mut self.keys)]
    }

    fn terms(&self) -> Vec<String> {
        vec![self.email.clone()]
    }
}

impl Row for String {}

type Pools = Table<String, Pool>;

fn collected(pools: &mut Pools) -> Vec<Change> {
    let mut changes = Changes { list: Some(Vec::new()) };
    pools.collect("pools", false, &mut changes).unwrap();
    changes.list.unwrap()
}

fn read(database: &Database) -> Pools {
    let mut pools = Pools::default();
    let restore = |path: &str, value: &[u8]| {
        let path: Vec<&str> = path.split('/').collect();
        Ok(restore_in(vec![("pools", &mut pools)], &path, value)?)
    };
    database.read(restore).unwrap();
    pools
}

fn user(email: &str) -> User {
    User { email: email.to_owned(), ..User::default() }
}

/// One change of a random kind.
fn change(pools: &mut Pools, random: &mut impl FnMut(u64) -> u64) {
    let name = ["a", "a/b", "a%2Fb", "é", "a!"][usize::try_from(random(5)).unwrap()].to_owned();
    let pool = pools.get_or_insert_with(name.clone(), Pool::default);
    let login = format!("user/{}", random(4));
    match random(9) {
        0 => pool.name = random(3),
        1 => drop(pool.users.insert(login, user("x"))),
        2 => drop(pool.users.remove(&login)),
        3 => drop(pools.remove(&name)),
        4 => drop(pools.insert(name, Pool::default())),
        5 => pool.users = pool.users.clone(),
        6 => pool.users.retain(|_, user| user.email != "x"),
        7 => {
            let moved = pools.remove(&name).unwrap();
            pools.insert("moved".to_owned(), moved);
        }
        _ => drop(pool.users.get_or_insert_with(login, User::default).keys.insert(random(3), "key".to_owned())),
    }
}

#[test]
fn what_is_saved_is_what_is_in_memory_after_any_changes() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = Database::open(folder.path()).unwrap();
    let mut pools = read(&database);
    let mut state = 1_u64;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for _ in 0..400 {
        (0..=random(3)).for_each(|_| change(&mut pools, &mut random));
        database.write(&collected(&mut pools)).unwrap();
        assert_eq!(read(&database), pools);
    }
}

#[test]
fn a_change_writes_its_own_row_however_many_there_are() {
    let users: Table<String, User> = (0..2000).map(|number| (format!("u{number}"), user("x"))).collect();
    let mut pools: Pools = Pools::from_iter([("p".to_owned(), Pool { name: 1, users })]);
    assert_eq!(collected(&mut pools).len(), 1 + 1 + 1 + 2000 * 2, "a new table is written whole");
    assert_eq!(collected(&mut pools), []);
    let pool = pools.get_mut("p").unwrap();
    pool.users.get_mut("u7").unwrap().email = "y".into();
    pool.users.remove("u9");
    let own = Change::Put("pools/p".into(), br#"{"name":1,"users":{}}"#.into());
    let changed = Change::Put("pools/p/users/u7".into(), br#"{"email":"y","keys":{}}"#.into());
    assert_eq!(collected(&mut pools), [own, changed, Change::Remove("pools/p/users/u9".into())]);
    assert_eq!(shallow(&pools).unwrap(), b"{}");
}

#[test]
fn a_row_is_found_by_its_terms_before_and_after_it_is_saved() {
    let mut users: Table<String, User> =
        [("a", "x"), ("b", "y")].map(|(name, mail)| (name.into(), user(mail))).into_iter().collect();
    let found = |users: &Table<String, User>, mail: &str| {
        let fitting = users.find(mail).filter(|(_, user)| user.email == mail);
        let found: BTreeMap<&String, &User> = fitting.collect();
        found.into_keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(found(&users, "x"), ["a"]);
    let settle = |users: &mut Table<String, User>| users.collect("", false, &mut Changes::default()).unwrap();
    settle(&mut users);
    assert_eq!((found(&users, "x"), users.find("x").count()), (vec!["a".to_owned()], 1));
    users.get_mut("b").unwrap().email = "x".into();
    assert_eq!((found(&users, "x"), found(&users, "y")), (vec!["a".to_owned(), "b".to_owned()], vec![]));
    settle(&mut users);
    users.remove("a");
    assert_eq!(found(&users, "x"), ["b"]);
    settle(&mut users);
    assert_eq!((users.find("x").count(), users.find("y").count()), (1, 0));
}

#[test]
fn a_full_disk_is_an_error_and_the_changes_are_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = Database::open(folder.path()).unwrap();
    database.limit_pages(4);
    let change = Change::Put("pools/p".into(), vec![b'1'; 100_000]);
    let error = database.write(std::slice::from_ref(&change)).unwrap_err();
    let path = folder.path().join("emulator.sqlite3");
    assert_eq!(error.to_string(), format!("{}: database or disk is full", path.display()));
    assert!(database.is_empty().unwrap());
    database.limit_pages(10_000);
    database.write(&[change]).unwrap();
    assert!(!database.is_empty().unwrap());
}
