package dev.archway.connector;

import dev.archway.contract.connector.ClusterAccess;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.Scope;
import dev.archway.contract.failure.Problem;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlException;
import dev.archway.pipeline.yaml.YamlNode;
import dev.archway.pipeline.yaml.YamlReader;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A {@code connector:} document that was sent, read for the scope it was sent to.
 *
 * @param identifier null when it cannot be used
 * @param type as Harness names it; null when it cannot be used
 * @param connector null when it cannot be used
 * @param problems errors, or warnings of one that can be used
 */
public record ConnectorDocument(
    @Nullable String identifier,
    @Nullable String type,
    @Nullable Connector connector,
    List<Problem> problems) {
  public ConnectorDocument {
    problems = List.copyOf(problems);
  }

  /** Who may store for a project only must not get at files and accounts of the machines. */
  private static boolean restsOnTheServer(Connector connector) {
    return switch (connector) {
      case Connector.LocalPodman _ -> true;
      case Connector.K8sCluster cluster ->
          !(cluster.access() instanceof ClusterAccess.ServiceAccount);
      case Connector.Git git -> !git.url().matches("(?i)https?://.+");
      case Connector.DockerRegistry _, Connector.Cloud _ -> false;
    };
  }

  /** Reads it; everything that is wrong is told at once. */
  public static ConnectorDocument read(String yaml, Scope scope) {
    Findings findings = new Findings();
    try {
      YamlNode root = YamlReader.read(yaml);
      Optional<ConnectorReader.Entry> read = ConnectorReader.read(root, scope, findings);
      if (read.isPresent()
          && !scope.equals(Scope.ACCOUNT)
          && restsOnTheServer(read.get().connector())) {
        findings.error(
            root.place(),
            "connector.spec",
            ProblemCode.NOT_SUPPORTED,
            "what it names lies on the machine of the server or an executor (expected: such a connector in the account, or an address)");
      }
      return read.filter(_ -> !findings.hasErrors())
          .map(entry ->
              new ConnectorDocument(entry.id(), entry.type(), entry.connector(), findings.sorted()))
          .orElseGet(() -> new ConnectorDocument(null, null, null, findings.sorted()));
    } catch (YamlException e) {
      findings.unreadable("", "cannot read the connector: ", e);
      return new ConnectorDocument(null, null, null, findings.sorted());
    }
  }
}
