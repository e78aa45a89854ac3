package dev.archway.log;

import dev.archway.contract.event.ExecutionEvent;
import dev.archway.contract.event.LogChunk;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.status.Status;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

/** Log content whose text tells where it belongs. */
public final class Logs {
  public static final ExecutionId EXECUTION = ExecutionId.of("e0000001");
  public static final Instant TIME = Instant.parse("2026-01-02T03:04:05.678Z");

  private Logs() {}

  /** Lines first to last-1 of a step of stage {@code build}. */
  public static LogChunk chunk(String step, int first, int last) {
    return chunk("build", step, first, last);
  }

  public static LogChunk chunk(String stage, String step, int first, int last) {
    return new LogChunk(
        new StageKey(EXECUTION, stage, 1),
        step,
        first,
        IntStream.range(first, last)
            .mapToObj(
                i -> new LogChunk.Line(TIME, LogChunk.Stream.OUT, step + " says \"" + i + "\" ü"))
            .toList(),
        false);
  }

  public static ExecutionEvent.ExecutionFinished finished(ExecutionEvent.LogLength... logs) {
    return new ExecutionEvent.ExecutionFinished(
        EXECUTION, TIME, Status.SUCCESS, null, List.of(logs));
  }

  public static ExecutionEvent.LogLength length(String step, long lines) {
    return new ExecutionEvent.LogLength("build", 1, step, lines);
  }
}
