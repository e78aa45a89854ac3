package dev.archway.log.http;

import dev.archway.contract.api.LogEntry;
import dev.archway.contract.id.ExecutionId;
import dev.archway.log.store.LogReader;
import dev.archway.log.store.LogStore;
import dev.archway.log.store.StoredLine;
import dev.archway.web.ProblemException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Serves an execution's log. Every request runs on a thread of its own and reads from the store at
 * its own pace, whether the lines are old or just arriving.
 */
@RestController
public final class LogController {
  private static final Logger log = LoggerFactory.getLogger(LogController.class);
  private static final int BATCH = 512;

  private final LogStore store;
  private final Waits waits;

  /**
   * How long a request waits for what.
   *
   * @param unknown for an execution that is not known yet, when it is to be followed
   * @param heartbeat between two signs of life on a quiet event stream
   * @param missing after the execution's end, for announced lines that do not arrive
   */
  public record Waits(Duration unknown, Duration heartbeat, Duration missing) {}

  /** Serves what this store has. */
  public LogController(LogStore store, Waits waits) {
    this.store = store;
    this.waits = waits;
  }

  @GetMapping("/api/v1/executions/{id}/logs")
  void logs(
      @PathVariable ExecutionId id,
      @RequestParam(required = false) @Nullable String stage,
      @RequestParam(required = false) @Nullable String step,
      @RequestParam(defaultValue = "false") boolean follow,
      @RequestHeader(name = "Accept", required = false) @Nullable String accept,
      @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String lastEventId,
      HttpServletResponse response)
      throws InterruptedException {
    LogFormat format =
        LogFormat.accepted(accept)
            .orElseThrow(() ->
                new ProblemException(
                    406,
                    "Not Acceptable",
                    "cannot write the log as \"%s\" (expected: text/event-stream, application/x-ndjson or text/plain)"
                        .formatted(accept)));
    long from = lastEventId == null ? 0 : positionAfter(lastEventId);
    if (follow) {
      store.awaitKnown(id, waits.unknown());
    }
    Optional<LogReader> found = store.reader(id, from);
    if (found.isEmpty()) {
      throw new ProblemException(
          404, "Not Found", "there is no log of an execution %s; check the id".formatted(id));
    }
    try (LogReader reader = found.get()) {
      response.setContentType(format.contentType());
      response.setHeader("Cache-Control", "no-store");
      response.setHeader("X-Accel-Buffering", "no");
      new Stream(reader, format, stage, step, follow).writeTo(response);
    } catch (IOException e) {
      // Nobody is left to be told, and a reader who goes away is nothing to worry about.
      log.debug("a reader of the log of {} went away: {}", id, e.toString());
    }
  }

  private static long positionAfter(String lastEventId) {
    try {
      long last = Long.parseLong(lastEventId.strip());
      if (last >= -1 && last < Long.MAX_VALUE) {
        return last + 1;
      }
    } catch (NumberFormatException e) {
      log.debug("unreadable Last-Event-ID", e);
    }
    throw new ProblemException(
        400,
        "Bad Request",
        "cannot resume after Last-Event-ID \"%s\" (expected: the id of an event of this stream); leave the header out to read from the start"
            .formatted(lastEventId));
  }

  private final class Stream {
    private final LogReader reader;
    private final LogFormat format;
    private final @Nullable String stage;
    private final @Nullable String step;
    private final boolean follow;

    Stream(
        LogReader reader,
        LogFormat format,
        @Nullable String stage,
        @Nullable String step,
        boolean follow) {
      this.reader = reader;
      this.format = format;
      this.stage = stage;
      this.step = step;
      this.follow = follow;
    }

    void writeTo(HttpServletResponse response) throws IOException, InterruptedException {
      OutputStream out = response.getOutputStream();
      // The reader learns that its request was taken before the first line exists.
      response.flushBuffer();
      long lastProgress = System.nanoTime();
      while (true) {
        LogReader.State state = reader.state();
        List<StoredLine> lines = reader.next(BATCH);
        if (!lines.isEmpty()) {
          write(out, text(lines));
          lastProgress = System.nanoTime();
          continue;
        }
        boolean given =
            state == LogReader.State.AWAITING_LINES
                && System.nanoTime() - lastProgress > waits.missing().toNanos();
        if (state == LogReader.State.COMPLETE || given) {
          write(out, format.end(state == LogReader.State.COMPLETE));
          return;
        }
        if (!follow || reader.stopping()) {
          return;
        }
        if (!reader.await(shorter(waits.heartbeat(), waits.missing()))) {
          write(out, format.heartbeat());
        }
      }
    }

    private String text(List<StoredLine> lines) {
      boolean oneStep = stage != null && step != null;
      StringBuilder text = new StringBuilder();
      for (StoredLine line : lines) {
        if (wanted(line)) {
          text.append(format.line(line, oneStep));
        }
      }
      return text.toString();
    }

    private boolean wanted(StoredLine line) {
      if (stage == null && step == null) {
        return true;
      }
      LogEntry entry = line.entry();
      return (stage == null || stage.equals(entry.stage()))
          && (step == null || step.equals(entry.step()));
    }

    private static void write(OutputStream out, String text) throws IOException {
      if (!text.isEmpty()) {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
      }
    }

    private static Duration shorter(Duration a, Duration b) {
      return a.compareTo(b) < 0 ? a : b;
    }
  }
}
