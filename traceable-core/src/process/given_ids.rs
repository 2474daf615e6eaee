//! Run ids that were chosen elsewhere, by the program or by another process: each names one run. Ids that were given by
//! nobody need not be listed, see `identity::id`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use crate::identity::fork::fork_generation;

/// How many ids of runs that are gone are remembered: a quarter of a megabyte.
const REMEMBERED: usize = 4096;

static KNOWN: Mutex<Known> = Mutex::new(Known::new());
/// What is known in a copy of the process: another thread may hold the lock of the first at the fork, and then nobody opens
/// it any more in the copy.
static KNOWN_IN_COPY: Mutex<Known> = Mutex::new(Known::new());

struct Known {
    /// Of runs that somebody holds, as they are open, or have descendants: by how many.
    held: BTreeMap<Uuid, usize>,
    recent: BTreeSet<Uuid>,
    /// The same, the oldest first.
    by_age: VecDeque<Uuid>,
}

impl Known {
    const fn new() -> Known {
        Known { held: BTreeMap::new(), recent: BTreeSet::new(), by_age: VecDeque::new() }
    }

    fn contains(&self, id: Uuid) -> bool {
        self.held.contains_key(&id) || self.recent.contains(&id)
    }
}

/// The id of a run, as long as somebody holds the run.
pub(crate) struct GivenId {
    id: Uuid,
    /// It was claimed for a run of this process, and is remembered for a while.
    is_claimed: bool,
}

/// Claims an id that the program gave to a run. `None`: it names another run, which is held, or is one of the last few
/// thousand that were given an id.
pub(crate) fn claim_id(id: Uuid) -> Option<GivenId> {
    let mut known = known();
    if known.contains(id) || was_known_before_fork(id) {
        return None;
    }
    known.held.insert(id, 1);
    Some(GivenId { id, is_claimed: true })
}

/// Holds the id of a run of another process, which no run here may be given.
pub(crate) fn hold_id(id: Uuid) -> GivenId {
    *known().held.entry(id).or_insert(0) += 1;
    GivenId { id, is_claimed: false }
}

impl Drop for GivenId {
    fn drop(&mut self) {
        let mut known = known();
        if let Some(holders) = known.held.get_mut(&self.id) {
            *holders -= 1;
            if *holders == 0 {
                known.held.remove(&self.id);
            }
        }
        if self.is_claimed && known.recent.insert(self.id) {
            known.by_age.push_back(self.id);
            if known.by_age.len() > REMEMBERED
                && let Some(oldest) = known.by_age.pop_front()
            {
                known.recent.remove(&oldest);
            }
        }
    }
}

/// No code of others runs under this lock.
fn known() -> MutexGuard<'static, Known> {
    let known = if fork_generation() == 0 { &KNOWN } else { &KNOWN_IN_COPY };
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether the process that this is a copy of knew the id, as far as that can still be seen.
fn was_known_before_fork(id: Uuid) -> bool {
    fork_generation() != 0 && KNOWN.try_lock().is_ok_and(|known| known.contains(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::id::new_run_id;
    use crate::identity::time::Timestamp;

    #[test]
    fn an_id_is_known_as_long_as_it_is_held_and_a_while_longer() {
        let id = || new_run_id(Timestamp::now());
        let (open, remote, ended) = (id(), id(), id());
        let held = claim_id(open);
        assert!(held.is_some());
        let holds = [hold_id(remote), hold_id(remote)];
        drop(claim_id(ended));
        for id in [open, remote, ended] {
            assert!(claim_id(id).is_none());
        }
        // the memory is bounded, and what is held is not forgotten
        for _ in 0..2 * REMEMBERED {
            assert!(claim_id(id()).is_some());
        }
        assert!(known().recent.len() <= REMEMBERED && known().by_age.len() <= REMEMBERED);
        assert!(claim_id(ended).is_some());
        assert!(claim_id(open).is_none() && claim_id(remote).is_none());
        let [first, second] = holds;
        drop(first);
        assert!(claim_id(remote).is_none());
        drop(second);
        assert!(claim_id(remote).is_some());
        drop(held);
        assert!(claim_id(open).is_none());
    }

    #[test]
    fn of_many_threads_that_claim_one_id_one_gets_it() {
        for _ in 0..50 {
            let id = new_run_id(Timestamp::now());
            let threads = std::thread::scope(|scope| {
                let claims = [(); 4].map(|()| scope.spawn(|| claim_id(id)));
                claims.map(|claim| claim.join().unwrap())
            });
            assert_eq!(threads.iter().flatten().count(), 1);
        }
    }
}
