package dev.archway.planner.settings;

import dev.archway.connector.ConnectorDocument;
import dev.archway.contract.api.ConnectorView;
import dev.archway.contract.connector.Scope;
import dev.archway.contract.failure.Problem;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Stores and shows connectors of the account, of organisations and of projects. */
@RestController
@RequestMapping({"/api/v1/connectors", Scopes.ORG + "/connectors", Scopes.PROJECT + "/connectors"})
public final class ConnectorController {
  private final ConnectorStore store;
  private final Clock clock;

  public ConnectorController(ConnectorStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  @GetMapping
  List<ConnectorView> list(
      @PathVariable(required = false) @Nullable String org,
      @PathVariable(required = false) @Nullable String project) {
    return store.list(Scopes.of(org, project)).stream()
        .map(row -> view(row, null, List.of()))
        .toList();
  }

  @GetMapping("/{id}")
  ConnectorView show(
      @PathVariable(required = false) @Nullable String org,
      @PathVariable(required = false) @Nullable String project,
      @PathVariable String id) {
    Scope scope = Scopes.of(org, project);
    return store
        .get(scope, id)
        .map(row -> view(row, row.yaml(), ConnectorDocument.read(row.yaml(), scope).problems()))
        .orElseThrow(() -> Scopes.unknown("connector", scope, id));
  }

  @PutMapping(
      path = "/{id}",
      consumes = {
        "application/yaml",
        "application/x-yaml",
        "text/yaml",
        MediaType.TEXT_PLAIN_VALUE
      })
  ConnectorView put(
      @PathVariable(required = false) @Nullable String org,
      @PathVariable(required = false) @Nullable String project,
      @PathVariable String id,
      @RequestBody String yaml) {
    Scope scope = Scopes.of(org, project);
    ConnectorDocument document = ConnectorDocument.read(yaml, scope);
    String identifier = document.identifier();
    String type = document.type();
    if (identifier == null || type == null) {
      throw Scopes.refused("connector", document.problems());
    }
    Scopes.same("connector", id, identifier);
    ConnectorStore.Stored connector =
        new ConnectorStore.Stored(scope, identifier, type, yaml, clock.instant());
    store.put(connector);
    return view(connector, yaml, document.problems());
  }

  @DeleteMapping("/{id}")
  ResponseEntity<Void> delete(
      @PathVariable(required = false) @Nullable String org,
      @PathVariable(required = false) @Nullable String project,
      @PathVariable String id) {
    Scope scope = Scopes.of(org, project);
    if (!store.delete(scope, id)) {
      throw Scopes.unknown("connector", scope, id);
    }
    return ResponseEntity.noContent().build();
  }

  private static ConnectorView view(
      ConnectorStore.Stored row, @Nullable String yaml, List<Problem> problems) {
    return new ConnectorView(
        row.scope().ref(row.identifier()),
        row.identifier(),
        row.scope().org(),
        row.scope().project(),
        row.type(),
        row.changedAt(),
        yaml,
        problems);
  }
}
