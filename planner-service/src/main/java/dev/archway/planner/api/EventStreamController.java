package dev.archway.planner.api;

import dev.archway.contract.id.ExecutionId;
import dev.archway.planner.store.EventHub;
import dev.archway.planner.store.ExecutionStore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** Streams what was told of an execution, from the start or from {@code Last-Event-ID}, until it has ended. */
@RestController
@RequestMapping("/api/v1/executions/{id}/events")
public final class EventStreamController {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
  private static final int QUIET_LOOKS_PER_HEARTBEAT = 15;

  private final ExecutionStore store;
  private final EventHub hub;

  public EventStreamController(ExecutionStore store, EventHub hub) {
    this.store = store;
    this.hub = hub;
  }

  @GetMapping(produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  ResponseEntity<StreamingResponseBody> follow(
      @PathVariable String id, @RequestHeader(name = "Last-Event-ID", defaultValue = "0") long last) {
    ExecutionId execution = ExecutionController.parse(id);
    if (store.find(execution).isEmpty()) {
      throw ExecutionController.unknown(id);
    }
    return ResponseEntity.ok()
        .contentType(MediaType.TEXT_EVENT_STREAM)
        .header("Cache-Control", "no-store")
        .body(out -> write(execution, last, out));
  }

  private void write(ExecutionId execution, long last, OutputStream out) throws IOException {
    long sequence = last;
    int quiet = 0;
    while (true) {
      long seen = hub.count();
      List<ExecutionStore.Told> told = store.told(execution, sequence);
      for (ExecutionStore.Told event : told) {
        out.write(
            "id: %d\nevent: %s\ndata: %s\n\n"
                .formatted(event.sequence(), event.wireName(), event.body())
                .getBytes(StandardCharsets.UTF_8));
        sequence = event.sequence();
        if (event.wireName().startsWith("execution.finished.")) {
          out.flush();
          return;
        }
      }
      quiet = told.isEmpty() ? quiet + 1 : 0;
      if (quiet == QUIET_LOOKS_PER_HEARTBEAT) {
        out.write(": still running\n\n".getBytes(StandardCharsets.UTF_8));
        quiet = 0;
      }
      out.flush();
      try {
        hub.await(seen, LOOK_AGAIN);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
