package dev.archway.executor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What {@code deploy/rbac.yaml} does not let an executor do; the other tests need what it does. */
final class RbacIT {
  @TestFactory
  Stream<DynamicTest> denied() {
    TestCluster cluster = TestCluster.find();
    KubernetesClient client = cluster.asAccount();
    return Stream.of(
            denied("list secrets", () -> client.secrets().inNamespace("default").list()),
            denied(
                "watch secrets of all namespaces", () -> client.secrets().inAnyNamespace().list()),
            denied(
                "read secrets elsewhere",
                () -> client.secrets().inNamespace("kube-system").withName("any").get()),
            denied("see pods elsewhere", () -> client.pods().inNamespace("kube-system").list()),
            denied(
                "make pods elsewhere",
                () ->
                    client
                        .resource(
                            new PodBuilder()
                                .withNewMetadata()
                                .withName("any")
                                .withNamespace("kube-system")
                                .endMetadata()
                                .withNewSpec()
                                .addNewContainer()
                                .withName("any")
                                .withImage("alpine")
                                .endContainer()
                                .endSpec()
                                .build())
                        .create()),
            denied("change nodes", () -> client.nodes().withName("any").delete()),
            denied("read configuration", () -> client.configMaps().inNamespace("default").list()),
            denied(
                "write configuration",
                () ->
                    client
                        .resource(
                            new ConfigMapBuilder()
                                .withNewMetadata()
                                .withName("any")
                                .withNamespace("default")
                                .endMetadata()
                                .build())
                        .create()),
            denied(
                "see deployments", () -> client.apps().deployments().inNamespace("default").list()),
            denied(
                "give itself more",
                () ->
                    client
                        .resource(
                            new RoleBindingBuilder()
                                .withNewMetadata()
                                .withName("any")
                                .withNamespace("default")
                                .endMetadata()
                                .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", "admin")
                                .addNewSubject("", "ServiceAccount", "archway-executor", "archway")
                                .build())
                        .create()),
            denied("see namespaces", () -> client.namespaces().list()),
            denied(
                "read other pods' logs by the API",
                () -> client.pods().inNamespace("default").withName("any").getLog()))
        .onClose(() -> {
          client.close();
          cluster.close();
        });
  }

  private static DynamicTest denied(String what, ThrowingCallable call) {
    return DynamicTest.dynamicTest(
        what,
        () ->
            assertThatThrownBy(call)
                .asInstanceOf(InstanceOfAssertFactories.throwable(KubernetesClientException.class))
                .extracting(KubernetesClientException::getCode)
                .isEqualTo(403));
  }
}
