//! Looks at many things at once.

use std::future::Future;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::engine::Result;

/// How many looks are under way at once; the quotas pace them besides.
const AT_ONCE: usize = 10;

/// Looks at each thing, and answers what the looks came to, without the things of which nothing is to be said.
///
/// # Errors
/// The first error of a look.
pub(crate) async fn each<I, T, F>(things: impl IntoIterator<Item = I>, look: impl Fn(I) -> F) -> Result<Vec<T>>
where
    F: Future<Output = Result<Option<T>>>,
{
    let looks: Vec<F> = things.into_iter().map(look).collect();
    let found: Vec<Option<T>> = stream::iter(looks).buffered(AT_ONCE).try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}
