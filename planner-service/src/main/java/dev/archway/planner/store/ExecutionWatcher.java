package dev.archway.planner.store;

import dev.archway.contract.event.ExecutionEvent;
import dev.archway.planner.machine.Request;
import java.util.List;

/**
 * Is told what happens to executions, within the transaction that stores it: what it writes is kept
 * if and only if the change is. It must not call anybody outside.
 */
@FunctionalInterface
public interface ExecutionWatcher {
  void told(Request request, List<ExecutionEvent> events);
}
