package dev.archway.executor.stage;

import dev.archway.contract.event.ImageEvent;
import dev.archway.contract.event.LogChunk;
import dev.archway.contract.event.StageEvent;

/**
 * Where an executor tells what happens. Each method returns once the report is safe and throws when
 * that is not known; telling again is always right. Thread-safe.
 */
public interface StageReports {
  /** Tells the planner. */
  void tell(StageEvent event);

  /** Tells the registry service. */
  void tell(ImageEvent.ImagePushed event);

  /** Tells the log service. */
  void tell(LogChunk chunk);
}
