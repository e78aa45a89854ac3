package dev.archway.executor.stage;

import dev.archway.contract.id.StageKey;
import org.slf4j.MDC;

/** What every line of this process's own log says of the stage that its thread drives. */
final class LogFields {
  private LogFields() {}

  /** For the rest of this thread's life. */
  static void set(StageKey key) {
    MDC.put("execution", key.execution().value());
    MDC.put("stage", key.stage());
    MDC.put("attempt", Integer.toString(key.attempt()));
  }
}
