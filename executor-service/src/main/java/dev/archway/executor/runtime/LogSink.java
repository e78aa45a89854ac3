package dev.archway.executor.runtime;

import dev.archway.contract.event.LogChunk.Line;
import java.util.List;

/** Takes a step's output, in order, from one thread. */
@FunctionalInterface
public interface LogSink {
  /**
   * Takes the next lines; may block to slow the reader down.
   *
   * @param lines at least one
   */
  void accept(List<Line> lines) throws InterruptedException;
}
