package dev.archway.cli;

import dev.archway.contract.api.LogEntry;
import dev.archway.contract.wire.ContractMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows an execution's log from its first line to its last, over broken connections and restarts
 * of the server: it asks again from the last event it has read, so that no line is missed or
 * doubled.
 */
final class LogFollower {
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 2_000;

  private final Server server;
  private final Duration patience;
  private @Nullable String lastEventId;

  /**
   * @param patience how long the server may be away at a stretch
   */
  LogFollower(Server server, Duration patience) {
    this.server = server;
    this.patience = patience;
  }

  /**
   * Hands every line to the consumer and returns when the server says that the log has ended.
   *
   * @param path with its query
   * @return false when the server says that lines are missing from it
   * @throws CommandException when the server stays away or refuses
   */
  boolean follow(String path, Consumer<LogEntry> lines) throws InterruptedException {
    long away = System.nanoTime();
    long pause = FIRST_PAUSE_MILLIS;
    while (true) {
      IOException failure;
      try (InputStream stream = server.events(path, lastEventId)) {
        String before = lastEventId;
        try {
          End end = read(stream, lines);
          if (end != End.BROKEN) {
            return end == End.COMPLETE;
          }
          failure = new IOException("the connection ended");
        } catch (IOException e) {
          failure = e;
        }
        if (lastEventId != null && !lastEventId.equals(before)) {
          away = System.nanoTime();
          pause = FIRST_PAUSE_MILLIS;
        }
      } catch (IOException e) {
        failure = e;
      }
      if (System.nanoTime() - away > patience.toNanos()) {
        throw server.unreachable(failure);
      }
      TimeUnit.MILLISECONDS.sleep(pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
    }
  }

  /** Reads events (HTML Living Standard, section "Server-sent events") until the stream ends. */
  private End read(InputStream stream, Consumer<LogEntry> lines) throws IOException {
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    StringBuilder data = new StringBuilder();
    String id = null;
    String event = "message";
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      if (line.isEmpty()) {
        if (event.equals("end")) {
          return data.indexOf("\"complete\":false") < 0 ? End.COMPLETE : End.INCOMPLETE;
        }
        if (!data.isEmpty() && event.equals("message")) {
          lines.accept(ContractMapper.json().readValue(data.toString(), LogEntry.class));
          if (id != null) {
            lastEventId = id;
          }
        }
        data.setLength(0);
        event = "message";
        id = null;
        continue;
      }
      int colon = line.indexOf(':');
      String field = colon < 0 ? line : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(colon + 1);
      value = value.startsWith(" ") ? value.substring(1) : value;
      switch (field) {
        case "data" -> data.append(data.isEmpty() ? "" : "\n").append(value);
        case "id" -> id = value;
        case "event" -> event = value;
        default -> {
          // Comments keep the connection open; other fields are not ours.
        }
      }
    }
    return End.BROKEN;
  }

  /** How a stream ended. */
  private enum End {
    COMPLETE,
    INCOMPLETE,
    /** Without a word: the connection broke or the server went away. */
    BROKEN
  }
}
