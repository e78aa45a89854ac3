package dev.archway.planner;

import dev.archway.contract.event.ImageEvent;
import dev.archway.contract.event.StageEvent;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.wire.Envelope;
import dev.archway.planner.machine.ExecutionMachine;
import dev.archway.planner.machine.Signal;
import dev.archway.planner.store.ExecutionStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Hands what the bus brings to the machine, and nothing more. What one poll brought is one
 * transaction, and one change for each execution: a commit and a read of the state cost more than
 * all that is decided.
 */
final class PlannerListener {
  private static final Logger log = LoggerFactory.getLogger(PlannerListener.class);

  private final ExecutionMachine machine;
  private final ExecutionStore store;
  private final TransactionTemplate transactions;

  PlannerListener(
      ExecutionMachine machine, ExecutionStore store, TransactionTemplate transactions) {
    this.machine = machine;
    this.store = store;
    this.transactions = transactions;
  }

  void on(List<Envelope> envelopes) {
    // Sorted, so that no two transactions wait for each other's executions.
    Map<ExecutionId, List<Signal>> signals = new TreeMap<>();
    for (Envelope envelope : envelopes) {
      switch (envelope.data()) {
        case StageEvent event ->
            add(signals, event.key().execution(), new Signal.StageReported(event));
        case ImageEvent.ImagePushed _ -> {
          // Addressed to registry-service on the same topic.
        }
        case ImageEvent event -> add(signals, event.execution(), new Signal.ImageReported(event));
        default ->
            throw new IllegalArgumentException(
                "cannot plan with %s (expected: a stage or image event)"
                    .formatted(envelope.data().getClass().getSimpleName()));
      }
    }
    transactions.executeWithoutResult(_ -> signals.forEach(this::change));
  }

  private static void add(Map<ExecutionId, List<Signal>> signals, ExecutionId id, Signal signal) {
    signals.computeIfAbsent(id, _ -> new ArrayList<>()).add(signal);
  }

  private void change(ExecutionId id, List<Signal> signals) {
    if (store.change(id, (request, state) -> machine.decide(request, state, signals)).isEmpty()) {
      log.warn("ignored a report of an execution that is not in this database execution={}", id);
    }
  }
}
