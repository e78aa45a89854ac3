package dev.archway.connector;

import dev.archway.contract.connector.Connector;
import dev.archway.pipeline.yaml.YamlException;
import dev.archway.pipeline.yaml.YamlNode;
import dev.archway.pipeline.yaml.YamlReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connectors of a directory, one Harness {@code connector:} document a file (Harness page
 * "Create a connector using YAML"). Changed files are seen at the next look-up; a file that cannot
 * be read is told in the log and left out. Thread-safe.
 */
public final class ConnectorDirectory {
  private static final Logger log = LoggerFactory.getLogger(ConnectorDirectory.class);

  /** Harness's built-in connector to Docker Hub, without an account. */
  private static final Connector HARNESS_IMAGE =
      new Connector.DockerRegistry(
          "account.harnessImage", URI.create("https://index.docker.io/v2/"), null, null);

  private final Path directory;
  private Map<Path, FileTime> seen = Map.of();
  private Map<String, Connector> connectors = Map.of(key("", "", "harnessImage"), HARNESS_IMAGE);

  public ConnectorDirectory(Path directory) {
    this.directory = directory;
  }

  /**
   * The connector that {@code ref} names from within a project: {@code id}, {@code org.id} or
   * {@code account.id}.
   */
  public synchronized Optional<Connector> find(String org, String project, String ref) {
    refresh();
    String key =
        ref.startsWith("account.")
            ? key("", "", ref.substring("account.".length()))
            : ref.startsWith("org.")
                ? key(org, "", ref.substring("org.".length()))
                : key(org, project, ref);
    return Optional.ofNullable(connectors.get(key));
  }

  /** Every reference that could be named from within a project. */
  public synchronized List<String> known(String org, String project) {
    refresh();
    List<String> refs = new ArrayList<>();
    for (Map.Entry<String, Connector> entry : connectors.entrySet()) {
      String[] scope = entry.getKey().split("/", -1);
      if ((scope[0].isEmpty() || scope[0].equals(org))
          && (scope[1].isEmpty() || scope[1].equals(project))) {
        refs.add(entry.getValue().ref());
      }
    }
    return refs;
  }

  private void refresh() {
    Map<Path, FileTime> now = new TreeMap<>();
    if (Files.isDirectory(directory)) {
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.filter(ConnectorDirectory::isYaml).sorted().toList()) {
          now.put(file, Files.getLastModifiedTime(file));
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read connectors from " + directory, e);
      }
    }
    if (now.equals(seen)) {
      return;
    }
    Map<String, Connector> read = new TreeMap<>();
    read.put(key("", "", "harnessImage"), HARNESS_IMAGE);
    for (Path file : now.keySet()) {
      try {
        read(file, read);
      } catch (YamlException e) {
        log.warn(
            "left out connector file {}:{}:{}: {}", file, e.line(), e.column(), e.getMessage());
      } catch (IllegalArgumentException | IOException e) {
        log.warn("left out connector file {}: {}", file, e.getMessage());
      }
    }
    connectors = read;
    seen = now;
  }

  private static boolean isYaml(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".yaml") || name.endsWith(".yml");
  }

  private static void read(Path file, Map<String, Connector> into)
      throws IOException, YamlException {
    YamlNode root = YamlReader.read(Files.readString(file));
    if (!(root instanceof YamlNode.Mapping document)
        || !(document.get("connector") instanceof YamlNode.Mapping connector)) {
      throw new IllegalArgumentException(
          "no connector here (expected: the key \"connector\" with its fields below it)");
    }
    String id = ConnectorReader.required(connector, "identifier");
    String org = connector.text("orgIdentifier");
    String project = connector.text("projectIdentifier");
    String ref = org == null ? "account." + id : project == null ? "org." + id : id;
    String key = key(org == null ? "" : org, project == null ? "" : project, id);
    Connector read = ConnectorReader.read(ref, connector);
    Connector other = into.put(key, read);
    if (other != null && !other.equals(HARNESS_IMAGE)) {
      throw new IllegalArgumentException(
          "a second connector \"%s\" (expected: one); this file's is used".formatted(ref));
    }
  }

  private static String key(String org, String project, String id) {
    return org + "/" + project + "/" + id;
  }
}
