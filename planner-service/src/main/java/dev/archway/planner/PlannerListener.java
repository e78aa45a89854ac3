package dev.archway.planner;

import dev.archway.contract.event.ImageEvent;
import dev.archway.contract.event.StageEvent;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.wire.Envelope;
import dev.archway.planner.machine.ExecutionMachine;
import dev.archway.planner.machine.Signal;
import dev.archway.planner.store.ExecutionStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands what the bus brings to the machine, and nothing more. */
final class PlannerListener {
  private static final Logger log = LoggerFactory.getLogger(PlannerListener.class);

  private final ExecutionMachine machine;
  private final ExecutionStore store;

  PlannerListener(ExecutionMachine machine, ExecutionStore store) {
    this.machine = machine;
    this.store = store;
  }

  void on(Envelope envelope) {
    switch (envelope.data()) {
      case StageEvent event -> signal(event.key().execution(), new Signal.StageReported(event));
      case ImageEvent.ImagePushed _ -> {
        // Addressed to registry-service on the same topic.
      }
      case ImageEvent event -> signal(event.execution(), new Signal.ImageReported(event));
      default ->
          throw new IllegalArgumentException(
              "cannot plan with %s (expected: a stage or image event)".formatted(envelope.data().getClass().getSimpleName()));
    }
  }

  private void signal(ExecutionId id, Signal signal) {
    if (store.change(id, (request, state) -> machine.decide(request, state, signal)).isEmpty()) {
      log.warn("ignored a report of an execution that is not in this database execution={}", id);
    }
  }
}
