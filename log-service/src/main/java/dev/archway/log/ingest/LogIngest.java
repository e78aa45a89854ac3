package dev.archway.log.ingest;

import dev.archway.contract.event.ExecutionEvent;
import dev.archway.contract.event.LogChunk;
import dev.archway.contract.wire.Envelope;
import dev.archway.log.store.LogStore;
import java.io.UncheckedIOException;
import org.springframework.dao.DataAccessResourceFailureException;

/** Takes records from the bus. A record may be delivered any number of times. */
public final class LogIngest {
  private final LogStore store;

  /** Takes records into this store. */
  public LogIngest(LogStore store) {
    this.store = store;
  }

  /** Stores a chunk of lines; returns once it is stored. */
  public void onLogChunk(Envelope envelope) {
    if (!(envelope.data() instanceof LogChunk chunk)) {
      throw new IllegalArgumentException(
          "cannot store %s %s as log lines (expected: log.chunk)"
              .formatted(envelope.data().getClass().getSimpleName(), envelope.id()));
    }
    stored(() -> store.append(chunk));
  }

  /** Notes that an execution exists, and how long its logs are once it is over. */
  public void onExecutionEvent(Envelope envelope) {
    if (!(envelope.data() instanceof ExecutionEvent event)) {
      throw new IllegalArgumentException(
          "cannot handle %s %s (expected: an event of an execution)"
              .formatted(envelope.data().getClass().getSimpleName(), envelope.id()));
    }
    switch (event) {
      case ExecutionEvent.ExecutionQueued queued -> stored(() -> store.expect(queued.execution()));
      case ExecutionEvent.ExecutionFinished finished -> stored(() -> store.finish(finished));
      case ExecutionEvent.StageChanged _,
          ExecutionEvent.StepChanged _,
          ExecutionEvent.IndexChanged _ -> {}
    }
  }

  /** A full or failing disk says nothing about the record: told so, the bus delivers it again. */
  private static void stored(Runnable storing) {
    try {
      storing.run();
    } catch (UncheckedIOException e) {
      throw new DataAccessResourceFailureException(
          "cannot store a log: " + e.getMessage() + "; free or repair the disk", e);
    }
  }
}
