package dev.archway.contract.wire;

import dev.archway.contract.command.PublishIndex;
import dev.archway.contract.command.StageCommand;
import dev.archway.contract.event.ExecutionEvent;
import dev.archway.contract.event.GitEvent;
import dev.archway.contract.event.ImageEvent;
import dev.archway.contract.event.LogChunk;
import dev.archway.contract.event.SecretEvent;
import dev.archway.contract.event.StageEvent;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The wire name and version of every record that crosses the bus. A Java class can be renamed
 * without moving the wire; a name's meaning never changes, a change of meaning gets a new version.
 */
public final class ContractTypes {
  private static final Map<String, Class<? extends Record>> BY_NAME =
      Map.ofEntries(
          Map.entry("git.event.v1", GitEvent.class),
          Map.entry("stage.run.v1", StageCommand.RunStage.class),
          Map.entry("stage.stop.v1", StageCommand.StopStage.class),
          Map.entry("step.end.v1", StageCommand.EndStep.class),
          Map.entry("stage.started.v1", StageEvent.StageStarted.class),
          Map.entry("stage.finished.v1", StageEvent.StageFinished.class),
          Map.entry("step.started.v1", StageEvent.StepStarted.class),
          Map.entry("step.finished.v1", StageEvent.StepFinished.class),
          Map.entry("image.pushed.v1", ImageEvent.ImagePushed.class),
          Map.entry("image.verified.v1", ImageEvent.ImageVerified.class),
          Map.entry("image.rejected.v1", ImageEvent.ImageRejected.class),
          Map.entry("index.publish.v1", PublishIndex.class),
          Map.entry("index.published.v1", ImageEvent.IndexPublished.class),
          Map.entry("index.failed.v1", ImageEvent.IndexFailed.class),
          Map.entry("execution.queued.v1", ExecutionEvent.ExecutionQueued.class),
          Map.entry("execution.stage-changed.v1", ExecutionEvent.StageChanged.class),
          Map.entry("execution.step-changed.v1", ExecutionEvent.StepChanged.class),
          Map.entry("execution.index-changed.v1", ExecutionEvent.IndexChanged.class),
          Map.entry("execution.finished.v1", ExecutionEvent.ExecutionFinished.class),
          Map.entry("log.chunk.v1", LogChunk.class),
          Map.entry("secret.stored.v1", SecretEvent.SecretStored.class),
          Map.entry("secret.removed.v1", SecretEvent.SecretRemoved.class));

  private static final Map<Class<? extends Record>, String> BY_CLASS =
      BY_NAME.entrySet().stream()
          .collect(Collectors.toUnmodifiableMap(Map.Entry::getValue, Map.Entry::getKey));

  private ContractTypes() {}

  /** The record class of a wire name; empty for a name of a newer or foreign sender. */
  public static Optional<Class<? extends Record>> classOf(String wireName) {
    return Optional.ofNullable(BY_NAME.get(wireName));
  }

  /** The wire name of a record. */
  public static String nameOf(Object data) {
    String name = BY_CLASS.get(data.getClass());
    if (name == null) {
      throw new IllegalArgumentException(
          "%s has no wire name (expected: a record listed in ContractTypes)"
              .formatted(data.getClass().getName()));
    }
    return name;
  }

  /** Every wire name. */
  public static java.util.Set<String> names() {
    return BY_NAME.keySet();
  }
}
