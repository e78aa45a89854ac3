package dev.archway.gateway.webhook;

import static dev.archway.gateway.webhook.Json.text;

import dev.archway.contract.event.GitEvent.Changes;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Any JSON; what a Git hook knows is read from {@code ref}, {@code before}, {@code after}, {@code
 * repository}, {@code user}, {@code message} and {@code changedFiles}. Pure.
 */
final class GenericCalls {
  private GenericCalls() {}

  static List<Told> read(String event, JsonNode payload) {
    JsonNode repository = payload.path("repository");
    Told.Where on =
        new Told.Where(
            repository.isString() ? repository.stringValue() : text(repository, "name"),
            text(repository, "url"),
            text(payload, "user"));
    Changes changes = null;
    if (payload.path("changedFiles").isArray()) {
      List<String> files = new ArrayList<>();
      for (JsonNode file : payload.path("changedFiles")) {
        if (file.isString()) {
          files.add(file.stringValue());
        }
      }
      changes = new Changes(files);
    }
    return List.of(
        Told.push(
            event,
            text(payload, "ref"),
            text(payload, "before"),
            text(payload, "after"),
            on,
            text(payload, "message"),
            changes));
  }
}
