package dev.archway.pipeline;

import dev.archway.contract.connector.Connector;
import java.util.List;
import java.util.Optional;

/** The connectors a pipeline may name. */
public interface Connectors {
  /** The connector that {@code ref} names from within a project. */
  Optional<Connector> find(String org, String project, String ref);

  /** Every reference that could be named from within a project; for suggestions. */
  List<String> known(String org, String project);
}
