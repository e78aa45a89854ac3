package dev.archway.executor.runtime.kubernetes;

import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.Placement;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.plan.StepPlan.BuildAndPush;
import dev.archway.contract.plan.StepPlan.Run;
import dev.archway.executor.runtime.StageSpec;
import dev.archway.executor.runtime.script.ImageName;
import dev.archway.executor.runtime.script.TransferStep;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.HostAlias;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The pod of a stage. Commands, variables and secrets are not in it: they come to the gates. Pure.
 */
final class PodTemplate {
  private static final String ARCHITECTURE = "kubernetes.io/arch";
  private static final long STEP_CPU_MILLIS = 10;
  private static final long STEP_MEMORY = 10 * 1024 * 1024;
  private static final long NOBODY = 65532;

  /** How long a pod stays on a node that is not to be reached: then its stage is lost. */
  private static final long UNREACHABLE_SECONDS = 60;

  private final StageSpec spec;
  private final Placement placement;
  private final KubernetesSettings settings;

  PodTemplate(StageSpec spec, KubernetesSettings settings) {
    this.spec = spec;
    this.placement = spec.stage().placement();
    this.settings = settings;
  }

  Pod pod(String namespace, @Nullable String pullSecret) {
    List<Container> containers = new ArrayList<>();
    containers.add(agent());
    List<StepPlan> steps = spec.stage().steps();
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i) instanceof StepPlan.InRuntime step) {
        containers.add(step(PodNames.container(i, step.id()), step));
      }
    }
    Duration longest = spec.stage().timeout().plus(settings.initTimeout()).plusHours(1);
    var pod =
        new PodBuilder()
            .withNewMetadata()
            .withName(PodNames.pod(spec))
            .withNamespace(namespace)
            .withLabels(labels())
            .withAnnotations(annotations())
            .withFinalizers(PodNames.FINALIZER)
            .endMetadata()
            .withNewSpec()
            .withRestartPolicy("Never")
            .withEnableServiceLinks(false)
            // The last net: a pod whose executors are all gone ends by itself.
            .withActiveDeadlineSeconds(longest.toSeconds())
            .withTerminationGracePeriodSeconds(10L)
            .withServiceAccountName(placement.serviceAccountName())
            .withAutomountServiceAccountToken(
                Boolean.TRUE.equals(placement.automountServiceAccountToken()))
            .withPriorityClassName(placement.priorityClassName())
            .withNodeSelector(nodeSelector(spec.stage().platform(), placement))
            .withTolerations(tolerations())
            .withContainers(containers)
            .withHostAliases(hosts())
            .addNewVolume()
            .withName("harness")
            .withNewEmptyDir()
            .endEmptyDir()
            .endVolume()
            .addNewVolume()
            .withName("archway")
            .withNewEmptyDir()
            .endEmptyDir()
            .endVolume()
            .addNewVolume()
            .withName("secrets")
            .withNewEmptyDir()
            .withMedium("Memory")
            .withSizeLimit(new Quantity("16Mi"))
            .endEmptyDir()
            .endVolume()
            .addNewVolume()
            .withName("containers")
            .withNewEmptyDir()
            .endEmptyDir()
            .endVolume();
    PodVolumes.of(placement).forEach(pod::addToVolumes);
    if (pullSecret != null) {
      pod = pod.addNewImagePullSecret(pullSecret);
    }
    if (!placement.hostNames().isEmpty()) {
      pod =
          pod.addNewHostAlias()
              .withIp("127.0.0.1")
              .withHostnames(placement.hostNames())
              .endHostAlias();
    }
    return PodOverlay.over(pod.endSpec().build(), placement.podSpecOverlay());
  }

  /** Services by their ids, where these can be names of hosts (RFC 1123). */
  private List<HostAlias> hosts() {
    List<String> names =
        spec.stage().steps().stream()
            .filter(step -> step instanceof Run run && run.background())
            .map(StepPlan::id)
            .filter(id -> id.matches("[a-z][a-z0-9]{0,62}") && !id.equals("localhost"))
            .toList();
    return names.isEmpty() ? List.of() : List.of(new HostAlias(names, "127.0.0.1"));
  }

  /** The labels that a node must have. */
  static Map<String, String> nodeSelector(Platform platform, Placement placement) {
    Map<String, String> selector = new HashMap<>(placement.nodeSelector());
    selector.put(ARCHITECTURE, platform.architecture());
    selector.put("kubernetes.io/os", platform.os());
    return selector;
  }

  private Map<String, String> labels() {
    Map<String, String> labels = new HashMap<>(placement.labels());
    labels.putAll(ownLabels(spec.key()));
    return labels;
  }

  /** What everything that is made for a stage carries. */
  static Map<String, String> ownLabels(StageKey key) {
    return Map.of(
        PodNames.MANAGED_BY,
        PodNames.MANAGER,
        "dev.archway/execution",
        key.execution().value(),
        "dev.archway/attempt",
        Integer.toString(key.attempt()));
  }

  private Map<String, String> annotations() {
    Map<String, String> annotations = new HashMap<>(placement.annotations());
    annotations.put("dev.archway/stage", spec.key().toString());
    return annotations;
  }

  private List<Toleration> tolerations() {
    List<Toleration> all = new ArrayList<>();
    for (Placement.Toleration each : placement.tolerations()) {
      all.add(
          new Toleration(
              each.effect(), each.key(), each.operator(), each.tolerationSeconds(), each.value()));
    }
    Toleration own =
        new TolerationBuilder()
            .withKey(ARCHITECTURE)
            .withOperator("Equal")
            .withValue(spec.stage().platform().architecture())
            .withEffect("NoSchedule")
            .build();
    if (!all.contains(own)) {
      all.add(own);
    }
    for (String taint : List.of("not-ready", "unreachable")) {
      all.add(
          new TolerationBuilder()
              .withKey("node.kubernetes.io/" + taint)
              .withOperator("Exists")
              .withEffect("NoExecute")
              .withTolerationSeconds(UNREACHABLE_SECONDS)
              .build());
    }
    return all;
  }

  /**
   * The pod's first container. A kubelet makes the containers of a pod in their order and waits for
   * the hook of one before it makes the next, so that every step finds the program that it begins
   * with; an init container would do the same, after the kubelet's next look at what has ended, a
   * second later. The container holds what the stage needs at most at one time, services and all;
   * the steps, of which one runs, ask for little.
   */
  private Container agent() {
    long cpu = STEP_CPU_MILLIS;
    long memory = STEP_MEMORY;
    long servicesCpu = 0;
    long servicesMemory = 0;
    for (StepPlan step : spec.stage().steps()) {
      StepPlan.Resources resources = resources(step);
      long ofCpu = resources.cpuMillis() == null ? 0 : resources.cpuMillis();
      long ofMemory = resources.memoryBytes() == null ? 0 : resources.memoryBytes();
      if (step instanceof Run run && run.background()) {
        servicesCpu += ofCpu;
        servicesMemory += ofMemory;
      } else {
        cpu = Math.max(cpu, ofCpu);
        memory = Math.max(memory, ofMemory);
      }
    }
    cpu += servicesCpu;
    memory += servicesMemory;
    List<String> install = new ArrayList<>(List.of("/agent", "install", PodNames.ROOT));
    for (StepPlan step : spec.stage().steps()) {
      Attempts.names(spec.stage(), step.id()).forEach(install::add);
    }
    return new ContainerBuilder()
        .withName(PodNames.AGENT)
        .withImage(settings.agentImage())
        .withImagePullPolicy("IfNotPresent")
        .withCommand("/agent", "serve")
        .withNewLifecycle()
        .withNewPostStart()
        .withNewExec()
        .withCommand(install)
        .endExec()
        .endPostStart()
        .endLifecycle()
        .withVolumeMounts(mount("archway", PodNames.ROOT))
        .addToVolumeMounts(mount("secrets", PodNames.SECRETS))
        // For the reports that steps leave there.
        .addToVolumeMounts(
            new VolumeMountBuilder(mount("harness", PodNames.WORKSPACE)).withReadOnly(true).build())
        .withResources(resources(cpu, memory, null, null))
        .withSecurityContext(
            new SecurityContextBuilder()
                .withRunAsUser(NOBODY)
                .withRunAsGroup(NOBODY)
                .withRunAsNonRoot(true)
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .build())
        .build();
  }

  private Container step(String name, StepPlan.InRuntime step) {
    StepPlan.Resources limits = resources(step);
    ContainerBuilder container =
        new ContainerBuilder()
            .withName(name)
            .withCommand(
                Stream.concat(
                        Stream.of(PodNames.ROOT + "/agent", "step"),
                        Attempts.names(spec.stage(), step.id()).map(PodNames::folder))
                    .toList())
            .withWorkingDir(PodNames.WORKSPACE)
            .withImagePullPolicy("IfNotPresent")
            .withVolumeMounts(mount("archway", PodNames.ROOT), mount("harness", PodNames.WORKSPACE))
            .withResources(
                resources(
                    least(limits.cpuMillis(), STEP_CPU_MILLIS),
                    least(limits.memoryBytes(), STEP_MEMORY),
                    limits.cpuMillis(),
                    limits.memoryBytes()));
    return switch (step) {
      case Run run ->
          container
              .withImage(ImageName.full(run.image(), run.imageRegistry()))
              .withImagePullPolicy(
                  run.imagePullPolicy() == null ? "IfNotPresent" : run.imagePullPolicy())
              .addAllToVolumeMounts(PodVolumes.mounts(placement))
              .withSecurityContext(security(run))
              .build();
      case StepPlan.Transfer transfer ->
          container
              .withImage(settings.transferImage())
              // As the stage's other containers, but for privilege, which it has no use for.
              .withSecurityContext(
                  new SecurityContextBuilder(
                          security(TransferStep.container(transfer, settings.transferImage())))
                      .withPrivileged(null)
                      .build())
              .build();
      case StepPlan.Clone _ ->
          container
              .withImage(settings.builderImage())
              .addToVolumeMounts(mount("secrets", PodNames.SECRETS))
              .withSecurityContext(user(cloneUser()))
              .build();
      case BuildAndPush _ ->
          container
              .withImage(settings.builderImage())
              .addToVolumeMounts(
                  mount("secrets", PodNames.SECRETS), mount("containers", "/var/lib/containers"))
              // Root of the container without any capability beyond the usual: buildah makes a user
              // namespace of its own.
              .withSecurityContext(user(0L))
              .build();
    };
  }

  private @Nullable Long cloneUser() {
    Placement.SecurityContext context = placement.containerSecurityContext();
    return context != null && context.runAsUser() != null
        ? context.runAsUser()
        : placement.runAsUser() != null ? placement.runAsUser() : Long.valueOf(0);
  }

  private static SecurityContext user(@Nullable Long id) {
    return new SecurityContextBuilder().withRunAsUser(id).build();
  }

  private SecurityContext security(Run run) {
    Placement.SecurityContext context = placement.containerSecurityContext();
    SecurityContextBuilder security = new SecurityContextBuilder();
    Long user = run.runAsUser();
    if (context != null) {
      user = user == null ? context.runAsUser() : user;
      security
          .withRunAsGroup(context.runAsGroup())
          .withRunAsNonRoot(context.runAsNonRoot())
          .withReadOnlyRootFilesystem(context.readOnlyRootFilesystem())
          .withAllowPrivilegeEscalation(context.allowPrivilegeEscalation());
      if (!context.addCapabilities().isEmpty() || !context.dropCapabilities().isEmpty()) {
        security
            .withNewCapabilities()
            .withAdd(context.addCapabilities())
            .withDrop(context.dropCapabilities())
            .endCapabilities();
      }
    }
    return security
        .withRunAsUser(user == null ? placement.runAsUser() : user)
        .withPrivileged(privileged(run, placement) ? Boolean.TRUE : null)
        .build();
  }

  /** True when the step or its stage asks for a privileged container. */
  static boolean privileged(Run run, Placement placement) {
    Placement.SecurityContext context = placement.containerSecurityContext();
    return run.privileged() || (context != null && Boolean.TRUE.equals(context.privileged()));
  }

  /** The step's limits. */
  static StepPlan.Resources resources(StepPlan step) {
    return switch (step) {
      case Run run -> run.resources();
      case StepPlan.Transfer transfer -> transfer.resources();
      case StepPlan.Clone _, StepPlan.PublishIndex _ -> StepPlan.Resources.UNLIMITED;
      case BuildAndPush build -> build.resources();
    };
  }

  private static long least(@Nullable Long limit, long otherwise) {
    return limit == null ? otherwise : Math.min(limit, otherwise);
  }

  private static ResourceRequirements resources(
      long cpu, long memory, @Nullable Long cpuLimit, @Nullable Long memoryLimit) {
    ResourceRequirementsBuilder resources =
        new ResourceRequirementsBuilder()
            .addToRequests("cpu", new Quantity(cpu + "m"))
            .addToRequests("memory", new Quantity(Long.toString(memory)));
    if (cpuLimit != null) {
      resources.addToLimits("cpu", new Quantity(cpuLimit + "m"));
    }
    if (memoryLimit != null) {
      resources.addToLimits("memory", new Quantity(Long.toString(memoryLimit)));
    }
    return resources.build();
  }

  private static VolumeMount mount(String volume, String path) {
    return new VolumeMountBuilder().withName(volume).withMountPath(path).build();
  }
}
