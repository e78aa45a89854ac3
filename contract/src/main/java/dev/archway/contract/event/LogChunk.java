package dev.archway.contract.event;

import dev.archway.contract.id.StageKey;
import java.time.Instant;
import java.util.List;

/**
 * Consecutive lines of one step's output. A step's lines are numbered from 0 without gaps; a chunk
 * that is told twice, or overlaps another, has the same lines under the same numbers.
 *
 * @param firstLine the number of the first line
 * @param lines the lines; may be empty only when {@code end} is true
 * @param end true when the step has no further lines
 */
public record LogChunk(StageKey key, String step, long firstLine, List<Line> lines, boolean end) {
  public LogChunk {
    lines = List.copyOf(lines);
    if (firstLine < 0) {
      throw new IllegalArgumentException(
          "first line: %d (expected: 0 or more)".formatted(firstLine));
    }
  }

  /**
   * One line of output.
   *
   * @param time when it was written, as near as the runtime knows
   * @param stream where it was written
   * @param text without its line break
   */
  public record Line(Instant time, Stream stream, String text) {}

  /** Where a line came from. */
  public enum Stream {
    OUT,
    ERR,
    /** Written by the system itself, not by the step. */
    SYSTEM
  }

  /** Free text stays out of logs of the services. */
  @Override
  public String toString() {
    return "LogChunk[%s %s lines %d+%d end=%s]".formatted(key, step, firstLine, lines.size(), end);
  }
}
