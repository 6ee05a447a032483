"""Checks across the sections of a case; each runs as far as what it uses can be read."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from fem_asslb.base.errors import CaseError, CaseErrors
from fem_asslb.base.table_reader import UnreadableError
from fem_asslb.case.checks import (
    cell_checks,
    geometry_checks,
    interface_checks,
    name_checks,
    placement_checks,
    protocol_checks,
    size_checks,
    solver_checks,
)

CHECKS: tuple[Callable[..., Iterator[CaseError]], ...] = (
    name_checks.roles_have_plain_names,
    name_checks.interfaces_have_plain_names,
    name_checks.fields_have_plain_names,
    geometry_checks.every_role_has_a_material,
    interface_checks.interfaces_join_two_regions,
    interface_checks.surfaces_are_in_the_mesh,
    interface_checks.interfaces_have_facets,
    interface_checks.cracking_grains_leave_their_surface,
    interface_checks.tables_of_gaps_can_be_read,
    interface_checks.conductances_join_two_hosts,
    interface_checks.resistances_cover_one_host,
    interface_checks.lithium_crosses_what_gates_it,
    geometry_checks.particles_can_be_packed,
    size_checks.meshes_are_small,
    size_checks.packings_are_small,
    size_checks.protocols_are_short,
    placement_checks.placed_particles_fit_their_layer,
    geometry_checks.fixture_fits_the_geometry,
    geometry_checks.periodic_walls_are_not_free,
    geometry_checks.curved_elements_have_a_curved_displacement,
    geometry_checks.axes_keep_the_symmetry,
    geometry_checks.axes_about_a_centre_have_one,
    geometry_checks.tangential_axes_have_grains,
    geometry_checks.the_mesh_file_exists,
    cell_checks.currents_have_a_cell,
    cell_checks.lithium_has_a_host,
    cell_checks.lithium_has_a_surface,
    cell_checks.one_layer_grows_with_the_charge,
    protocol_checks.there_are_steps,
    cell_checks.areas_have_a_plate,
    cell_checks.amperes_have_an_area,
    cell_checks.what_opens_may_part,
    cell_checks.the_resistance_has_a_plate,
    cell_checks.the_anode_is_known_and_balanced,
    cell_checks.one_anode_is_stated,
    cell_checks.surfaces_have_a_rate,
    cell_checks.loadings_agree,
    protocol_checks.voltages_make_a_window,
    protocol_checks.temperatures_go_the_way_that_is_said,
    protocol_checks.pressures_go_the_way_that_is_said,
    protocol_checks.stoichiometries_are_in_the_table,
    protocol_checks.time_steps_are_ordered,
    protocol_checks.linear_elements_do_not_lock,
    solver_checks.petsc_options_are_harmless,
    protocol_checks.a_cell_is_made_before_it_is_used,
    protocol_checks.bonds_are_born_whole,
    protocol_checks.the_platen_presses,
    protocol_checks.fields_are_written_within_the_protocol,
)


def cross_check(sections: dict[str, Any]) -> list[CaseError]:
    """Errors between sections.

    Args:
        sections: Sections by name, or the readable parts of them; ``steps``, the readable ones of the protocol;
            ``free_options``, names of options of PETSc that may be any; and ``is_forced``, whether any size is
            accepted. Where one is left out, the checks that need it do not run.
    """
    errors: list[CaseError] = []
    if "materials" in sections:
        known = {}
        for role, choice in sections["materials"].items():
            try:
                known[role] = choice.resolve(f"materials.{role}")
            except CaseErrors as error:
                errors += error.errors
            except CaseError as error:
                errors.append(error)
            except UnreadableError:
                continue
        sections = {**sections, "known_materials": known}
        if len(known) == len(sections["materials"]):
            sections["resolved"] = known
    for check in CHECKS:
        names = inspect.signature(check).parameters
        if all(name in sections for name in names):
            with suppress(UnreadableError):
                errors.extend(check(**{name: sections[name] for name in names}))
    return errors
