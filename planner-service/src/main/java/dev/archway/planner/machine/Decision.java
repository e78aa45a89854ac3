package dev.archway.planner.machine;

import dev.archway.contract.command.PublishIndex;
import dev.archway.contract.command.StageCommand;
import dev.archway.contract.event.ExecutionEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * What follows from a signal: the next state, and what to tell whom. A signal that changes nothing
 * (told twice, too late) gives the same state and nothing to tell.
 */
public record Decision(
    ExecutionState state,
    List<StageCommand> stageCommands,
    List<PublishIndex> imageCommands,
    List<ExecutionEvent> events) {
  public Decision {
    stageCommands = List.copyOf(stageCommands);
    imageCommands = List.copyOf(imageCommands);
    events = List.copyOf(events);
  }

  /** Nothing follows. */
  static Decision none(ExecutionState state) {
    return new Decision(state, List.of(), List.of(), List.of());
  }

  /** This one, and then the one that was made from its state. */
  Decision then(Decision next) {
    return new Decision(
        next.state,
        joined(stageCommands, next.stageCommands),
        joined(imageCommands, next.imageCommands),
        joined(events, next.events));
  }

  private static <T> List<T> joined(List<? extends T> first, List<? extends T> second) {
    List<T> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }
}
