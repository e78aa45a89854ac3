package dev.archway.planner.settings;

import dev.archway.connector.SecretDocument;
import dev.archway.connector.SecretUnavailableException;
import dev.archway.contract.api.SecretView;
import dev.archway.contract.connector.Scope;
import dev.archway.web.ProblemException;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Stores secrets. What was stored is never told again. */
@RestController
public final class SecretController {
  private final SecretStore store;

  public SecretController(SecretStore store) {
    this.store = store;
  }

  @GetMapping({"/api/v1/secrets", Scopes.ORG + "/secrets", Scopes.PROJECT + "/secrets"})
  List<SecretView> list(
      @PathVariable(required = false) @Nullable String org,
      @PathVariable(required = false) @Nullable String project) {
    return store.list(Scopes.of(org, project)).stream().map(SecretController::view).toList();
  }

  @GetMapping({
    "/api/v1/secrets/{id}",
    Scopes.ORG + "/secrets/{id}",
    Scopes.PROJECT + "/secrets/{id}"
  })
  SecretView show(
      @PathVariable(required = false) @Nullable String org,
      @PathVariable(required = false) @Nullable String project,
      @PathVariable String id) {
    Scope scope = Scopes.of(org, project);
    return store
        .get(scope, id)
        .map(SecretController::view)
        .orElseThrow(() -> Scopes.unknown("secret", scope, id));
  }

  @PutMapping(
      path = {
        "/api/v1/secrets/{id}",
        Scopes.ORG + "/secrets/{id}",
        Scopes.PROJECT + "/secrets/{id}"
      },
      consumes = {
        "application/yaml",
        "application/x-yaml",
        "text/yaml",
        MediaType.TEXT_PLAIN_VALUE
      })
  SecretView put(
      @PathVariable(required = false) @Nullable String org,
      @PathVariable(required = false) @Nullable String project,
      @PathVariable String id,
      @RequestBody String yaml) {
    Scope scope = Scopes.of(org, project);
    SecretDocument document = SecretDocument.read(yaml, scope);
    String identifier = document.identifier();
    String value = document.value();
    if (identifier == null || value == null || !document.usable()) {
      throw Scopes.refused("secret", document.problems());
    }
    Scopes.same("secret", id, identifier);
    return view(
        withKeys(
            () -> store.put(scope, identifier, document.name(), document.description(), value)));
  }

  @DeleteMapping({
    "/api/v1/secrets/{id}",
    Scopes.ORG + "/secrets/{id}",
    Scopes.PROJECT + "/secrets/{id}"
  })
  ResponseEntity<Void> delete(
      @PathVariable(required = false) @Nullable String org,
      @PathVariable(required = false) @Nullable String project,
      @PathVariable String id) {
    Scope scope = Scopes.of(org, project);
    if (!store.delete(scope, id)) {
      throw Scopes.unknown("secret", scope, id);
    }
    return ResponseEntity.noContent().build();
  }

  /** Encrypts all with the first key. */
  @PostMapping("/api/v1/secrets/rotation")
  Map<String, Integer> rotate() {
    return Map.of("encryptedAnew", withKeys(store::rotate));
  }

  private static <T> T withKeys(Supplier<T> work) {
    try {
      return work.get();
    } catch (SecretUnavailableException e) {
      throw new ProblemException(503, "No keys", "secrets cannot be stored: " + e.getMessage());
    }
  }

  private static SecretView view(SecretStore.Stored row) {
    return new SecretView(
        row.scope().ref(row.identifier()),
        row.identifier(),
        row.scope().org(),
        row.scope().project(),
        row.name(),
        row.description(),
        row.sealed().key(),
        row.changedAt());
  }
}
