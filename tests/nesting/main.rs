//! The parent rule, through the attribute, on both of tokio's schedulers and on threads.
//!
//! The patterns in which tracing systems lose their way, and where each is shown:
//!
//! | | pattern | shown by |
//! |---|---|---|
//! | 1 | plain nested calls | calls::functions_nest_under_their_caller, calls::async_functions_nest_under_their_caller, calls::methods_nest_like_functions, calls::each_run_has_the_inputs_and_the_outputs_of_its_own_call |
//! | 2 | spawn of a call | tasks::a_spawned_call_nests_where_it_was_made, tasks::a_join_set_of_calls_nests |
//! | 3 | spawn of a block | tasks::a_spawned_block_that_carries_the_run_nests, spawning::every_way_to_spawn_a_task_carries_the_context, lost::a_block_that_is_spawned_bare_begins_traces_that_say_why |
//! | 4 | context captured too early | threads::a_closure_nests_where_it_was_bound_and_not_where_it_is_used |
//! | 5 | child starts late | background::what_starts_after_its_parent_has_ended_is_below_it_and_says_that_it_is_late, tasks::a_child_may_start_after_its_parent_has_ended |
//! | 6 | child ends late | background::a_run_ends_with_its_function_although_a_child_goes_on |
//! | 7 | context pinned by a task | background::a_task_that_lives_on_does_not_hold_the_run_open_that_began_it, background::a_task_that_was_begun_detached_belongs_to_no_request |
//! | 8 | recursive async | calls::recursion_makes_a_line |
//! | 9 | sync, block_on, async, sync | bridges::a_function_that_blocks_on_a_future_nests_it_and_what_that_calls, bridges::a_task_that_blocks_in_place_on_its_runtime_nests, bridges::a_bridge_that_is_a_thread_with_a_runtime_of_its_own_is_bound |
//! | 10 | single-threaded event loop | bridges::requests_that_take_turns_on_one_thread_keep_apart, bridges::local_tasks_nest_where_they_are_called_and_keep_apart, bridges::an_executor_that_nobody_knows_needs_nothing_either |
//! | 11 | hooks for spawned tasks | background::a_library_that_asks_how_to_spawn_is_given_a_way_that_carries_the_context |
//! | 12 | background work apart | background::what_is_a_trace_of_its_own_on_purpose_can_name_the_run_that_began_it, explicit::a_root_on_purpose_carries_no_reason |
//! | 13 | calls inside a generator | generators::what_a_generator_calls_is_under_it_and_what_its_consumer_calls_is_not |
//! | 14 | calls of the consumer | generators::what_a_generator_calls_is_under_it_and_what_its_consumer_calls_is_not |
//! | 15 | two generators in turn | generators::generators_that_are_polled_in_turn_keep_apart, leaving::generators_that_are_polled_in_turn_call_each_under_itself |
//! | 16 | stream drained elsewhere | leaving::a_response_that_is_drained_behind_its_handler_nests_below_it_and_is_late, generators::a_generator_is_under_the_function_that_made_it_wherever_it_is_drained |
//! | 17 | stream dropped early | leaving::a_generator_that_is_left_early_ends_there_and_is_not_the_parent_of_what_follows, leaving::a_client_that_disconnects_leaves_the_stream_and_ends_the_handler_with_it |
//! | 18 | early exit leaves context | leaving::a_generator_that_is_left_early_ends_there_and_is_not_the_parent_of_what_follows, leaving::a_generator_that_is_leaked_is_not_the_parent_of_what_follows |
//! | 19 | wrapper taken off | leaving::a_struct_that_carries_a_stream_out_keeps_the_run_open_until_it_is_gone |
//! | 20 | future becomes a stream | leaving::a_future_that_becomes_a_stream_is_open_until_the_stream_is_left, generators::a_future_that_becomes_a_stream_is_one_run |
//! | 21 | a run per message | leaving::a_consumer_that_never_ends_begins_a_trace_for_each_message |
//! | 22 | sinks, bodies, duplexes | envelopes::both_halves_of_a_connection_are_under_the_run_that_opened_it, envelopes::what_a_sink_calls_is_under_whoever_made_it_or_under_a_named_parent, envelopes::a_body_is_produced_under_the_handler_that_returned_it |
//! | 23 | joined siblings | calls::siblings_of_one_task_stay_siblings, concurrency::what_is_gathered_stays_side_by_side |
//! | 24 | driver polls plain blocks | concurrency::a_plain_block_nests_where_it_is_polled_and_one_that_carries_a_context_where_it_was_made, tasks::what_a_driver_polls_stays_with_its_creator |
//! | 25 | loser of a select | ending::the_loser_of_a_race_is_cancelled_and_leaks_no_context |
//! | 26 | one batch, many parents | concurrency::a_batch_for_many_requests_is_a_trace_of_its_own_that_names_them |
//! | 27 | retries | concurrency::attempts_are_side_by_side_each_with_its_own_end |
//! | 28 | thread pools | threads::a_job_for_a_thread_that_was_there_before_is_bound, carrying::a_bound_closure_nests_on_another_thread, spawning::a_pool_carries_the_context_of_whoever_gives_it_work, lost::a_bare_thread_begins_traces_that_say_why |
//! | 29 | spawn_blocking | carrying::spawn_blocking_nests_when_bound, spawning::every_way_to_spawn_a_task_carries_the_context |
//! | 30 | the join handle wrapped | lost::to_carry_the_handle_instead_of_the_work_changes_nothing |
//! | 31 | scoped threads | spawning::threads_carry_the_context_also_those_that_borrow, carrying::a_bound_closure_nests_on_another_thread |
//! | 32 | rayon | threads::parallel_work_is_bound_once_for_all_its_threads, spawning::what_follows_in_a_parallel_chain_carries_the_context |
//! | 33 | foreign callbacks | threads::a_context_goes_through_foreign_code_as_a_pointer_and_comes_back, threads::a_call_while_a_thread_takes_its_locals_down_is_a_call_like_any_other |
//! | 34 | messages to an actor | envelopes::a_message_is_handled_where_it_was_sent, scopes::a_message_is_handled_where_it_was_sent_although_it_is_awaited_outside, threads::a_thread_that_receives_messages_handles_each_where_it_was_sent |
//! | 35 | a library spawns inside | background::a_callback_nests_where_it_was_bound_in_whatever_task_a_library_calls_it |
//! | 36 | evaluation harness | background::an_evaluation_keeps_its_examples_apart |
//! | 37 | tests in parallel | sampling::what_is_recorded_by_two_tests_at_once_is_kept_apart |
//! | 38 | calls while dropped | ending::what_runs_while_a_future_is_dropped_is_under_it, never_polled::what_was_never_polled_is_dropped_where_it_was_called |
//! | 39 | panic that is caught | shutdown::a_panic_that_is_caught_leaves_its_context_behind, ending::a_panic_is_recorded_and_goes_on |
//! | 40 | panic while unwinding | shutdown::a_panic_in_the_middle_of_another_aborts_nothing |
//! | 41 | shutdown with open runs | shutdown::a_runtime_that_goes_cancels_what_its_tasks_had_open, shutdown::what_never_ends_was_told_when_it_began |
//! | 42 | the end without an await | leaving::a_generator_ends_when_it_is_dropped_although_there_is_no_runtime_any_more |
//! | 43 | abort during a poll | shutdown::a_task_that_is_aborted_while_it_is_polled_ends_once, shutdown::a_task_that_is_aborted_before_it_is_polled_leaves_no_run, ending::an_aborted_task_ends_once |
//! | 44 | scope held across awaits | lost::a_scope_does_not_adopt_the_other_tasks_of_its_thread |
//! | 45 | left in the wrong order | guards::runs_that_are_left_in_the_wrong_order_leave_nothing_behind |
//! | 46 | leaked run | guards::a_run_that_is_leaked_stays_open_and_is_not_the_parent_of_what_follows |
//! | 47 | another library's spans | guards::spans_of_another_library_neither_give_a_parent_nor_take_one |
//! | 48 | several candidate parents | parents::the_nearest_word_counts, parents::of_the_place_of_the_call_and_that_of_the_start_the_deeper_counts_if_they_are_on_one_line |
//! | 49 | parent set afterwards | parents::a_run_that_has_started_stays_where_it_is |
//! | 50 | handle kept in a struct | parents::a_handle_in_a_struct_is_the_parent_for_ever_and_the_context_is_the_callers |
//! | 51 | the middle left out | off::a_function_that_is_switched_off_leaves_its_children_to_the_next_above |
//! | 52 | sampling | sampling::a_trace_is_recorded_whole_or_not_at_all |
//! | 53 | child before its parent | identity::a_child_is_never_before_its_parent_in_the_order, identity::runs_of_one_moment_are_in_the_order_in_which_they_began |
//! | 54 | orders that contradict | identity::orders_are_those_of_the_parents_wherever_a_run_is_made, identity::an_id_alone_is_no_parent |
//! | 55 | headers there and back | headers::a_handler_nests_under_the_client_that_sent_the_headers, headers::headers_may_be_the_context_of_a_whole_part_of_the_program |
//! | 56 | malformed header | headers::a_malformed_header_makes_a_root_that_says_so, headers::what_is_unusual_and_not_malformed_is_read, headers::without_the_header_a_handler_begins_a_trace_as_it_is_meant_to |
//! | 57 | oversized baggage | headers::a_baggage_without_bounds_is_left_out_and_the_parent_kept, headers::metadata_without_bounds_is_not_sent |
//! | 58 | untrusted parent | headers::a_handler_at_the_edge_begins_a_trace_and_names_the_parent_that_was_claimed |
//! | 59 | restart and replay | processes::what_is_taken_up_after_a_crash_goes_on_under_the_same_run, processes::a_replay_that_gives_an_id_again_gets_another_and_names_the_first |
//! | 60 | subprocess | processes::a_subprocess_nests_under_the_run_that_started_it |
//! | 61 | async_trait | types::methods_behind_async_trait_are_open_as_long_as_they_run, calls::async_trait_methods_nest_also_through_dyn |
//! | 62 | work before the future | types::what_a_function_does_at_once_and_what_its_future_does_later_are_under_one_run, reserved::one_inside_another |
//! | 63 | borrows, Send, size | types::a_call_may_borrow_its_arguments_and_is_sent_if_its_body_may_be, types::the_future_of_a_call_grows_by_a_few_words |
//! | 64 | parent handed down | parents::a_parent_that_is_handed_down_is_for_the_call_that_names_it_and_inside_that_the_context_counts, explicit::a_named_parent_beats_the_ambient_one |
//! | 65 | parent of another trace | parents::a_parent_of_another_trace_brings_all_that_its_children_inherit |

mod background;
mod boxes;
mod bridges;
mod calls;
mod carrying;
mod child_only;
mod concurrency;
mod ending;
mod envelopes;
mod explicit;
mod generators;
mod given_ids;
mod guards;
mod headers;
mod identity;
mod lazy_forms;
mod leaving;
mod left_out;
mod lost;
mod never_polled;
mod off;
mod parents;
mod processes;
mod projects;
mod regressions;
mod reserved;
mod reserved_race;
mod run_fields;
mod sampling;
mod scopes;
mod shutdown;
mod spawning;
mod support;
mod tasks;
mod threads;
mod types;
mod whole_process;
mod yielding;

#[test]
fn the_table_above_names_tests_that_there_are() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nesting");
    let table = include_str!("main.rs").lines().filter_map(|line| line.strip_prefix("//! | "));
    let mut last = 0;
    for row in table.filter(|row| row.starts_with(|c: char| c.is_ascii_digit())) {
        let [number, _, tests] = row.trim_end_matches(" |").split(" | ").collect::<Vec<_>>()[..] else {
            panic!("{row}")
        };
        last += 1;
        assert_eq!(number.parse(), Ok(last));
        for (module, test) in tests.split(", ").map(|test| test.split_once("::").unwrap()) {
            let text = std::fs::read_to_string(folder.join(module).with_extension("rs")).unwrap();
            assert!(text.contains(&format!("#[test]\nfn {test}()")), "{module}::{test}");
        }
    }
    assert_eq!(last, 65);
}
