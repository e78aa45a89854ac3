package dev.archway.planner.settings;

import dev.archway.connector.Checks;
import dev.archway.connector.ConnectorProbe;
import dev.archway.contract.api.ConnectorTest;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.Scope;
import dev.archway.planner.submission.GitRemote;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Tries a connector, stored or of the directory, and says what the other side said. */
@RestController
public final class ConnectorTestController {
  private final ConnectorStore store;
  private final ConnectorProbe probe;
  private final GitRemote git;

  public ConnectorTestController(ConnectorStore store, ConnectorProbe probe, GitRemote git) {
    this.store = store;
    this.probe = probe;
    this.git = git;
  }

  @PostMapping({
    "/api/v1/connectors/{id}/test",
    Scopes.ORG + "/connectors/{id}/test",
    Scopes.PROJECT + "/connectors/{id}/test"
  })
  ConnectorTest test(
      @PathVariable(required = false) @Nullable String org,
      @PathVariable(required = false) @Nullable String project,
      @PathVariable String id,
      @RequestParam(defaultValue = "") String repository,
      @RequestParam(defaultValue = "default") String namespace) {
    Scope scope = Scopes.of(org, project);
    Connector connector =
        store
            .find(scope.org(), scope.project(), scope.ref(id))
            .orElseThrow(() -> Scopes.unknown("connector", scope, id));
    return connector instanceof Connector.Git repositories
        ? test(repositories, repository)
        : probe.test(connector, namespace);
  }

  private ConnectorTest test(Connector.Git connector, String repository) {
    Checks checks = new Checks();
    if (connector.accountLevel() && repository.isBlank()) {
      checks.unknown(
          "read the repository",
          "the connector is to an account; name one of its repositories (parameter repository)");
      return checks.result();
    }
    String url =
        connector.accountLevel()
            ? connector.url().replaceFirst("/+$", "") + "/" + repository.replaceFirst("^/+", "")
            : connector.url();
    checks.tell(
        "read the repository",
        () -> "%d refs at %s".formatted(git.refs(connector, url).size(), url));
    return checks.result();
  }
}
