package dev.archway.planner.machine;

import dev.archway.contract.command.PublishIndex;
import dev.archway.contract.command.StageCommand;
import dev.archway.contract.event.ExecutionEvent;
import java.util.List;

/**
 * What follows from a signal: the next state, and what to tell whom. A signal that changes nothing (told twice, too late) gives the same
 * state and nothing to tell.
 */
public record Decision(
    ExecutionState state, List<StageCommand> stageCommands, List<PublishIndex> imageCommands, List<ExecutionEvent> events) {
  public Decision {
    stageCommands = List.copyOf(stageCommands);
    imageCommands = List.copyOf(imageCommands);
    events = List.copyOf(events);
  }
}
