package dev.archway.log.store;

import dev.archway.contract.api.LogEntry;
import dev.archway.contract.wire.ContractMapper;
import java.nio.charset.StandardCharsets;

/**
 * One stored line.
 *
 * @param position its place among all lines of the execution, from 0
 * @param json a {@link LogEntry} as one line of JSON, without the line break
 */
public record StoredLine(long position, String json) {
  StoredLine(long position, byte[] json, int from, int to) {
    this(position, new String(json, from, to - from, StandardCharsets.UTF_8));
  }

  /** The line as a record. */
  public LogEntry entry() {
    return ContractMapper.json().readValue(json, LogEntry.class);
  }

  /** Free text stays out of logs of the services. */
  @Override
  public String toString() {
    return "StoredLine[%d, %d characters]".formatted(position, json.length());
  }
}
