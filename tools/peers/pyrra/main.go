// Command pyrra prints the rules that Pyrra generates for one objective, as its `generate` command writes them.
// That command itself cannot be built from its module: the module lacks the user interface that it embeds.
package main

import (
	"context"
	"fmt"
	"os"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"sigs.k8s.io/yaml"

	"github.com/pyrra-dev/pyrra/kubernetes/api/v1alpha1"
	"github.com/pyrra-dev/pyrra/slo"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: pyrra OBJECTIVE.yaml")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var declared v1alpha1.ServiceLevelObjective
	if err := yaml.UnmarshalStrict(text, &declared); err != nil {
		return err
	}
	if _, err := declared.ValidateCreate(context.Background(), &declared); err != nil {
		return err
	}
	objective, err := declared.Internal()
	if err != nil {
		return err
	}
	increases, err := objective.IncreaseRules(slo.GenerationOptions{})
	if err != nil {
		return err
	}
	burnrates, err := objective.Burnrates(slo.GenerationOptions{})
	if err != nil {
		return err
	}
	rules := monitoringv1.PrometheusRuleSpec{Groups: []monitoringv1.RuleGroup{increases, burnrates}}
	output, err := yaml.Marshal(rules)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(output)
	return err
}
