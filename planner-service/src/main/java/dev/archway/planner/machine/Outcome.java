package dev.archway.planner.machine;

import dev.archway.contract.event.ExecutionEvent.LogLength;
import dev.archway.contract.failure.Failure;
import dev.archway.contract.status.Status;
import dev.archway.planner.machine.ExecutionState.IndexState;
import dev.archway.planner.machine.ExecutionState.StageState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How an execution ended, read off its stages and indexes.
 *
 * @param failure the first one in the order of the plan; null for a success
 * @param logs the whole length of every step's log
 */
record Outcome(Status status, @Nullable Failure failure, List<LogLength> logs) {
  static Outcome of(
      Map<String, StageState> stages, Map<String, IndexState> indexes, boolean stopped) {
    List<Status> all =
        Stream.concat(
                stages.values().stream().map(StageState::status),
                indexes.values().stream().map(IndexState::status))
            .toList();
    Status status = status(all, stopped);
    Failure failure =
        status == Status.SUCCESS
            ? null
            : Stream.concat(
                    stages.values().stream()
                        .filter(stage -> stage.status() != Status.IGNORE_FAILED)
                        .map(StageState::failure),
                    indexes.values().stream().map(IndexState::failure))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    return new Outcome(status, failure, logs(stages));
  }

  /**
   * What somebody stopped counts as aborted, whatever else failed on the way; else the worst word
   * wins.
   */
  private static Status status(List<Status> all, boolean stopped) {
    if (stopped && all.contains(Status.ABORTED)) {
      return Status.ABORTED;
    }
    return Stream.of(Status.FAILED, Status.EXPIRED, Status.ABORTED)
        .filter(all::contains)
        .findFirst()
        .orElse(Status.SUCCESS);
  }

  private static List<LogLength> logs(Map<String, StageState> stages) {
    List<LogLength> logs = new ArrayList<>();
    stages.forEach((stage, state) ->
        state
            .steps()
            .forEach((step, done) ->
                logs.add(new LogLength(stage, state.attempt(), step, done.logLines()))));
    return logs;
  }
}
