package dev.archway.executor.runtime.kubernetes;

import dev.archway.connector.RegistryLogin;
import dev.archway.contract.connector.Connector.DockerRegistry;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.plan.Checkout;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.plan.StepPlan.BuildAndPush;
import dev.archway.contract.plan.StepPlan.Run;
import dev.archway.contract.plan.StepPlan.Shell;
import dev.archway.contract.wire.ContractMapper;
import dev.archway.executor.runtime.StageSpec;
import dev.archway.executor.runtime.StepOutputs;
import dev.archway.executor.runtime.script.BuildScript;
import dev.archway.executor.runtime.script.CloneScript;
import dev.archway.executor.runtime.script.ImageName;
import dev.archway.executor.runtime.script.TransferStep;
import dev.archway.executor.secret.SecretSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What is brought to a step's gate: its command, variables, scripts and secrets. */
final class StepFiles {
  private final StageSpec spec;
  private final KubernetesSettings settings;
  private final SecretSource secrets;
  private final EntryPoints entryPoints;

  StepFiles(
      StageSpec spec, KubernetesSettings settings, SecretSource secrets, EntryPoints entryPoints) {
    this.spec = spec;
    this.settings = settings;
    this.secrets = secrets;
    this.entryPoints = entryPoints;
  }

  /** A file for the pod. */
  record PodFile(String path, int mode, String content) {
    static PodFile of(String path, String content) {
      return new PodFile(path, 0644, content);
    }
  }

  /** A secret could not be resolved; the message names it. */
  static final class SecretUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SecretUnavailable(String message, RuntimeException cause) {
      super(message, cause);
    }
  }

  /**
   * The step's files, in the order in which they are to be written.
   *
   * @param name the attempt's
   */
  List<PodFile> of(StepPlan.InRuntime step, String name) throws IOException, InterruptedException {
    String folder = PodNames.folder(name);
    Map<String, String> variables = new HashMap<>(spec.environment());
    List<PodFile> files = new ArrayList<>();
    List<String> words;
    switch (step) {
      case StepPlan.Transfer transfer -> {
        Run run =
            TransferStep.run(
                transfer,
                settings.transferImage(),
                spec.stage().platform(),
                PodNames.output(name),
                this::resolve);
        variables = TransferStep.variables(variables);
        variables.putAll(run.environment());
        trust(folder, files, variables);
        words = script(run, name, files);
      }
      case Run run -> {
        variables.putAll(run.environment());
        if (!run.entrypoint().isEmpty()) {
          words = run.entrypoint();
        } else if (run.command() == null) {
          words =
              entryPoints.of(
                  ImageName.full(run.image(), run.imageRegistry()),
                  spec.stage().platform(),
                  run.imageRegistry(),
                  this::pair);
        } else {
          words = script(run, name, files);
        }
      }
      case StepPlan.Clone clone -> {
        Checkout checkout = checkout(clone);
        files.addAll(git(name, checkout));
        files.add(
            PodFile.of(
                folder + "/script.sh",
                CloneScript.script(
                    checkout,
                    clone.source() == null
                        ? Path.of(PodNames.WORKSPACE)
                        : Path.of(PodNames.WORKSPACE, clone.source().directory()),
                    Path.of(PodNames.secrets(name)))));
        variables = new HashMap<>(Map.of("HOME", "/tmp"));
        words = List.of("sh", folder + "/script.sh");
      }
      case BuildAndPush build -> {
        files.add(auth(build, name));
        files.add(PodFile.of(folder + "/registries.conf", settings.registriesFile()));
        BuildScript.Place place = place(build, name);
        build
            .secrets()
            .forEach((id, value) -> files.add(PodFile.of(place.secret(id).toString(), value)));
        files.add(
            PodFile.of(
                folder + "/script.sh", BuildScript.script(build, spec.stage().platform(), place)));
        variables =
            new HashMap<>(
                Map.of("HOME", "/root", "CONTAINERS_REGISTRIES_CONF", folder + "/registries.conf"));
        trust(folder, files, variables);
        words = List.of("sh", folder + "/script.sh");
      }
    }
    StringBuilder environment = new StringBuilder();
    new TreeMap<>(variables)
        .forEach((variable, value) ->
            environment.append(variable).append('=').append(value).append('\0'));
    files.add(PodFile.of(folder + "/env", environment.toString()));
    files.add(PodFile.of(folder + "/argv", String.join("\0", words) + "\0"));
    return files;
  }

  /** The paths of a step's secrets, to be removed when it has ended. */
  static List<String> secrets(StepPlan.InRuntime step, String name) {
    String folder = PodNames.secrets(name);
    return switch (step) {
      // A container's variables are in a file that its first process reads and removes.
      case Run _, StepPlan.Transfer _ -> List.of();
      case StepPlan.Clone _ -> List.of(folder + "/username", folder + "/password");
      case BuildAndPush build ->
          Stream.concat(
                  Stream.of(folder + "/auth.json"),
                  build.secrets().keySet().stream().map(id -> folder + "/build." + id))
              .toList();
    };
  }

  private static List<String> script(Run run, String name, List<PodFile> files) {
    String script = PodNames.folder(name) + "/" + scriptName(run.shell());
    files.add(PodFile.of(script, StepOutputs.script(run, PodNames.output(name))));
    return words(run.shell(), script);
  }

  private Checkout checkout(StepPlan.Clone clone) {
    Checkout checkout = spec.checkout(clone);
    if (checkout == null) {
      throw new IllegalArgumentException("cannot clone: the pipeline has no codebase");
    }
    CloneScript.check(checkout);
    return checkout;
  }

  private static List<String> words(Shell shell, String script) {
    return switch (shell) {
      case SH -> List.of("sh", "-e", script);
      case BASH -> List.of("bash", "-e", script);
      case PYTHON -> List.of("python3", script);
      case POWERSHELL, PWSH -> List.of("pwsh", "-NonInteractive", "-File", script);
    };
  }

  private static String scriptName(Shell shell) {
    return switch (shell) {
      case SH, BASH -> "script.sh";
      case PYTHON -> "script.py";
      case POWERSHELL, PWSH -> "script.ps1";
    };
  }

  private List<PodFile> git(String step, Checkout checkout) {
    String folder = PodNames.secrets(step);
    String user = checkout.connector().username();
    SecretRef password = checkout.connector().password();
    return List.of(
        PodFile.of(folder + "/username", (user == null ? "" : user) + "\n"),
        PodFile.of(folder + "/password", (password == null ? "" : resolve(password)) + "\n"),
        PodFile.of(folder + "/gitconfig", CloneScript.configuration(checkout)),
        new PodFile(
            folder + "/askpass", 0755, CloneScript.askpass(Path.of(folder), checkout.url())));
  }

  private PodFile auth(BuildAndPush build, String name) {
    return PodFile.of(
        PodNames.secrets(name) + "/auth.json", authFile(BuildScript.registries(build)));
  }

  /** Credentials as container tools and image pulls read them (containers-auth.json(5)). */
  String authFile(List<DockerRegistry> registries) {
    Map<String, Object> auths = new HashMap<>();
    for (DockerRegistry registry : registries) {
      if (registry.username() != null && registry.password() != null) {
        String pair = pair(registry);
        String auth = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
        // The kubelet knows Docker Hub by its old name only.
        String host =
            registry.host().equals("docker.io") ? "https://index.docker.io/v1/" : registry.host();
        auths.put(host, Map.of("auth", auth));
        auths.put(registry.host(), Map.of("auth", auth));
      }
    }
    return ContractMapper.json().writeValueAsString(Map.of("auths", auths));
  }

  private BuildScript.Place place(BuildAndPush build, String name) {
    return new BuildScript.Place(
        Path.of(PodNames.WORKSPACE),
        Path.of(PodNames.folder(name)),
        "build.out",
        Path.of(PodNames.secrets(name), "auth.json"),
        "localhost/archway/%s:built".formatted(build.id().toLowerCase(Locale.ROOT)),
        spec.commit(),
        builder(build),
        false,
        true,
        true);
  }

  private List<String> builder(BuildAndPush build) {
    List<String> words = new ArrayList<>(List.of("buildah", "bud", "--isolation", "chroot"));
    if (settings.buildCache() != null && build.cache() == null) {
      String cache =
          "%s/%s/%s"
              .formatted(
                  settings.buildCache(),
                  build.repository().path(),
                  spec.stage().platform().dashed());
      words.addAll(List.of("--layers", "--cache-from", cache, "--cache-to", cache));
    }
    return words;
  }

  /** Programs in Go read it beside the system's own. */
  private void trust(String folder, List<PodFile> files, Map<String, String> variables) {
    String authorities = settings.authorities();
    if (authorities != null) {
      files.add(PodFile.of(folder + "/authorities.pem", authorities));
      variables.put("SSL_CERT_FILE", folder + "/authorities.pem");
    }
  }

  private String pair(DockerRegistry registry) {
    try {
      return RegistryLogin.of(registry, secrets::resolve).pair();
    } catch (RuntimeException e) {
      throw new SecretUnavailable(
          "cannot log in with connector %s: %s".formatted(registry.ref(), e.getMessage()), e);
    }
  }

  private String resolve(SecretRef secret) {
    try {
      return secrets.resolve(secret);
    } catch (RuntimeException e) {
      throw new SecretUnavailable(
          "cannot resolve secret %s: %s".formatted(secret, e.getMessage()), e);
    }
  }
}
