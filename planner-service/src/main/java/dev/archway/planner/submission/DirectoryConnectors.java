package dev.archway.planner.submission;

import dev.archway.connector.ConnectorDirectory;
import dev.archway.contract.connector.Connector;
import dev.archway.pipeline.Connectors;
import java.util.List;
import java.util.Optional;

/** The compiler's view of the connectors directory. */
record DirectoryConnectors(ConnectorDirectory directory) implements Connectors {
  @Override
  public Optional<Connector> find(String org, String project, String ref) {
    return directory.find(org, project, ref);
  }

  @Override
  public List<String> known(String org, String project) {
    return directory.known(org, project);
  }
}
