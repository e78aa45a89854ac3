package dev.archway.gateway.webhook;

import dev.archway.contract.event.GitEvent.Changes;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads a payload that may lack anything. */
final class Json {
  /** More are not told: a condition on them would not be read by anybody. */
  private static final int MOST_FILES = 10_000;

  private Json() {}

  /** The text or number at a path; null where there is none. */
  static @Nullable String text(JsonNode node, String... path) {
    JsonNode at = node;
    for (String name : path) {
      at = at.path(name);
    }
    return at.isString() ? at.stringValue() : at.isNumber() ? at.asString() : null;
  }

  /** The same, empty where there is none. */
  static String orEmpty(JsonNode node, String... path) {
    String text = text(node, path);
    return text == null ? "" : text;
  }

  /** The files that a push's commits name; null when it has no commits. */
  static @Nullable Changes changes(JsonNode commits) {
    if (!commits.isArray() || commits.isEmpty()) {
      return null;
    }
    Set<String> files = new LinkedHashSet<>();
    for (JsonNode commit : commits) {
      for (String list : List.of("added", "modified", "removed")) {
        for (JsonNode file : commit.path(list)) {
          if (file.isString() && files.size() < MOST_FILES) {
            files.add(file.stringValue());
          }
        }
      }
    }
    return new Changes(List.copyOf(files));
  }
}
