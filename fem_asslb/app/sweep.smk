# Workflow of a study for Snakemake 7 or later, which works in the folder of this file. fem-asslb writes workflow.json
# with the cases that are to be run, and marks of what is done are gone before it starts: what is finished is not asked for.
configfile: "workflow.json"


wildcard_constraints:
    name="[A-Za-z0-9._-]+",


rule all:
    input:
        expand("marks/{name}.done", name=config["cases"]),


rule mesh:
    output:
        touch("marks/{name}.mesh"),
    log:
        "logs/{name}.mesh.log",
    shell:
        "{config[mesh]} {wildcards.name} > {log} 2>&1"


rule case:
    input:
        lambda wildcards: f"marks/{config['meshes'][wildcards.name]}.mesh",
    output:
        touch("marks/{name}.done"),
    log:
        "logs/{name}.log",
    threads: config["ranks"]
    resources:
        tasks=config["ranks"],
    params:
        # Where a profile limits the time [min], a case ends before with a checkpoint, and goes on when it is tried again.
        limit=lambda wildcards, resources: int(54 * resources.get("runtime", 0)),
    shell:
        # So it does where the whole study has a limit, and begins no more beyond it.
        "limit={params.limit} end={config[end]} now=$(date +%s); "
        "if [ $end -gt 0 ]; then "
        "  left=$((end - now)); [ $left -gt 0 ] || exit 75; "
        "  limit=$((limit > 0 && limit < left ? limit : left)); "
        "fi; "
        "if [ $limit -gt 0 ]; then words=\"--wall-time ${{limit}}s\"; else words=; fi; "
        "{config[case]} {wildcards.name} $words >> {log} 2>&1"
