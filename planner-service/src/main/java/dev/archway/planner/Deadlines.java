package dev.archway.planner;

import dev.archway.contract.id.ExecutionId;
import dev.archway.planner.machine.ExecutionMachine;
import dev.archway.planner.machine.Signal;
import dev.archway.planner.store.ExecutionStore;
import java.time.Clock;
import java.time.Instant;

/**
 * Tells executions when their pipeline's time is up. Deadlines are in the database, so that they
 * hold over restarts; any number of planners may look, and telling one twice changes nothing.
 */
final class Deadlines {
  private final ExecutionStore store;
  private final ExecutionMachine machine;
  private final Clock clock;

  Deadlines(ExecutionStore store, ExecutionMachine machine, Clock clock) {
    this.store = store;
    this.machine = machine;
    this.clock = clock;
  }

  /** One look. */
  void look() {
    Instant now = clock.instant();
    for (ExecutionId id : store.overdue(now)) {
      var _ =
          store.change(
              id,
              (request, state) -> machine.decide(request, state, new Signal.DeadlinePassed(now)));
      store.expired(id);
    }
  }
}
