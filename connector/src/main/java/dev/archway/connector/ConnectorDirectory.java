package dev.archway.connector;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.failure.Problem;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlException;
import dev.archway.pipeline.yaml.YamlReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
 * "Create a connector using YAML"). Changed files are seen at the next look-up; what is wrong with
 * a file is told in the log and by {@link #findings()}, and the file is left out. Thread-safe.
 */
public final class ConnectorDirectory {
  private static final Logger log = LoggerFactory.getLogger(ConnectorDirectory.class);

  /** Harness's built-in connector to Docker Hub, without an account. */
  private static final Connector HARNESS_IMAGE =
      new Connector.DockerRegistry(
          "account.harnessImage", URI.create("https://index.docker.io/v2/"), null, null);

  /** What tells one version of a file from the next. */
  private record Stamp(FileTime modified, long size) {}

  private final Path directory;
  private Map<Path, Stamp> seen = Map.of();
  private List<ConnectorFinding> findings = List.of();
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

  /** What is wrong with the files as they are now, all at once; such files are left out. */
  public synchronized List<ConnectorFinding> findings() {
    refresh();
    return findings;
  }

  private void refresh() {
    Map<Path, Stamp> now = stamps();
    if (now.equals(seen)) {
      return;
    }
    Map<String, Connector> read = new TreeMap<>();
    read.put(key("", "", "harnessImage"), HARNESS_IMAGE);
    Map<String, Path> origins = new TreeMap<>();
    List<ConnectorFinding> found = new ArrayList<>();
    for (Path file : now.keySet()) {
      read(file, found)
          .ifPresent(entry -> {
            String key = key(entry.scope().org(), entry.scope().project(), entry.id());
            Path first = origins.putIfAbsent(key, file);
            if (first == null) {
              read.put(key, entry.connector());
            } else {
              found.add(
                  error(
                      file,
                      "connector.identifier",
                      ProblemCode.DUPLICATE_IDENTIFIER,
                      "a second connector \"%s\" (expected: one); that of %s is used"
                          .formatted(entry.connector().ref(), first)));
            }
          });
    }
    found.forEach(finding -> log.warn("{}", finding));
    connectors = read;
    findings = List.copyOf(found);
    seen = now;
  }

  private Map<Path, Stamp> stamps() {
    Map<Path, Stamp> stamps = new TreeMap<>();
    if (Files.isDirectory(directory)) {
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.filter(ConnectorDirectory::isYaml).toList()) {
          try {
            stamps.put(file, new Stamp(Files.getLastModifiedTime(file), Files.size(file)));
          } catch (NoSuchFileException e) {
            // Editors write by renaming: it was there a moment ago, and another is now.
            log.debug("connector file {} went away", file);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read connectors from " + directory, e);
      }
    }
    return stamps;
  }

  private static boolean isYaml(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".yaml") || name.endsWith(".yml");
  }

  private static Optional<ConnectorReader.Entry> read(Path file, List<ConnectorFinding> found) {
    try {
      Findings findings = new Findings();
      Optional<ConnectorReader.Entry> entry =
          ConnectorReader.read(YamlReader.read(Files.readString(file)), null, findings);
      findings.sorted().forEach(problem -> found.add(new ConnectorFinding(file, problem)));
      return entry;
    } catch (YamlException e) {
      found.add(
          new ConnectorFinding(
              file,
              new Problem(
                  Problem.Severity.ERROR,
                  "",
                  e.line(),
                  e.column(),
                  e.code(),
                  "cannot read the connector: " + e.getMessage())));
    } catch (MalformedInputException e) {
      found.add(error(file, "", ProblemCode.BAD_YAML, "bytes that are not UTF-8 (expected: text)"));
    } catch (IOException e) {
      found.add(error(file, "", ProblemCode.BAD_YAML, "cannot read the file: " + e));
    }
    return Optional.empty();
  }

  private static ConnectorFinding error(Path file, String path, ProblemCode code, String message) {
    return new ConnectorFinding(
        file, new Problem(Problem.Severity.ERROR, path, 0, 0, code.code(), message));
  }

  private static String key(String org, String project, String id) {
    return org + "/" + project + "/" + id;
  }
}
