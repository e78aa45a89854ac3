package dev.archway.contract.wire;

import dev.archway.contract.image.Platform;

/**
 * The names of the topics. A record's key is its execution id, but for log chunks and Git events.
 */
public final class Topics {
  /** GitEvent: gateway to planner; keyed by trigger and ref. */
  public static final String GIT_EVENTS = "archway.git-events";

  /** StageEvent: executors to planner. */
  public static final String STAGE_EVENTS = "archway.stage-events";

  /** ImageEvent: executors and registry-service to registry-service and planner. */
  public static final String IMAGE_EVENTS = "archway.image-events";

  /** PublishIndex: planner to registry-service. */
  public static final String IMAGE_COMMANDS = "archway.image-commands";

  /** LogChunk: executors to log-service; keyed by execution, stage and step. */
  public static final String LOG_CHUNKS = "archway.log-chunks";

  /** ExecutionEvent: planner to anyone. */
  public static final String EXECUTION_EVENTS = "archway.execution-events";

  /** SecretEvent: planner to whoever needs secrets' values; compacted, keyed by the secret. */
  public static final String SECRETS = "archway.secrets";

  private Topics() {}

  /** StageCommand: planner to the executors of a platform. */
  public static String stageCommands(Platform platform) {
    return "archway.stage-commands." + platform.dashed();
  }

  /** The consumer group of the executors of a platform. */
  public static String executorGroup(Platform platform) {
    return "executor-" + platform.dashed();
  }

  /** Where records of a topic go that could not be read or handled. */
  public static String deadLetters(String topic) {
    return topic + ".dlq";
  }
}
