package dev.archway.log.http;

import dev.archway.contract.api.LogEntry;
import dev.archway.log.store.StoredLine;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.util.MimeTypeUtils;

/** The forms in which a log is served. */
enum LogFormat {
  /** One line of text per line, with stage and step before it unless the reader chose one step. */
  TEXT("text/plain;charset=UTF-8") {
    @Override
    String line(StoredLine line, boolean oneStep) {
      LogEntry entry = line.entry();
      return oneStep
          ? entry.text() + "\n"
          : "[" + entry.stage() + "/" + entry.step() + "] " + entry.text() + "\n";
    }
  },
  /** One {@link LogEntry} as JSON per line. */
  NDJSON("application/x-ndjson") {
    @Override
    String line(StoredLine line, boolean oneStep) {
      return line.json() + "\n";
    }
  },
  /** Server-sent events (WHATWG HTML, section "Server-sent events"); the id is the position. */
  EVENTS("text/event-stream") {
    @Override
    String line(StoredLine line, boolean oneStep) {
      return "id:" + line.position() + "\ndata:" + line.json() + "\n\n";
    }

    @Override
    String end(boolean complete) {
      return "event:end\ndata:" + (complete ? "{}" : "{\"complete\":false}") + "\n\n";
    }

    @Override
    String heartbeat() {
      return ":\n\n";
    }
  };

  private final String contentType;

  LogFormat(String contentType) {
    this.contentType = contentType;
  }

  /** The media type of the body. */
  String contentType() {
    return contentType;
  }

  /** What stands for one line. */
  abstract String line(StoredLine line, boolean oneStep);

  /** What tells the reader that the log is over; empty when the end of the body tells it. */
  String end(boolean complete) {
    return "";
  }

  /**
   * What keeps the connection busy without being content; empty when the form has no such thing.
   */
  String heartbeat() {
    return "";
  }

  /** The form an {@code Accept} header prefers; empty when it takes none of them. */
  static Optional<LogFormat> accepted(@Nullable String accept) {
    if (accept == null || accept.isBlank()) {
      return Optional.of(TEXT);
    }
    List<MediaType> wanted;
    try {
      wanted = MediaType.parseMediaTypes(accept);
    } catch (InvalidMediaTypeException e) {
      return Optional.empty();
    }
    MimeTypeUtils.sortBySpecificity(wanted);
    wanted.sort(Comparator.comparingDouble(MediaType::getQualityValue).reversed());
    for (MediaType type : wanted) {
      for (LogFormat format : values()) {
        if (type.getQualityValue() > 0 && format.isOf(type)) {
          return Optional.of(format);
        }
      }
    }
    return Optional.empty();
  }

  private boolean isOf(MediaType wanted) {
    MediaType own = MediaType.parseMediaType(contentType);
    return wanted.includes(new MediaType(own.getType(), own.getSubtype()));
  }
}
