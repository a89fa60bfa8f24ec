-- One row per role and timestamp name: which incident timestamps play which role, in which order.
-- Seed rows replace the defaults of their role as a whole, so that a name can also be taken away from a role.
with

seed_rows as (
    select
        {{ fold_text('role') }} as seed_role,
        trim(timestamp_name) as timestamp_name,
        coalesce(priority, 1) as priority
    from {{ ref('timestamp_roles') }}
),

seed_roles as (
    select
        timestamp_name,
        priority,
        case seed_role when 'accepted' then 'acknowledged' else seed_role end as role
    from seed_rows
),

default_roles as (
    select
        defaults.role,
        defaults.timestamp_name,
        defaults.priority
    from (
        values
        ('declared', 'Declared at', 1),
        ('reported', 'Reported at', 1),
        ('acknowledged', 'Accepted at', 1),
        ('acknowledged', 'Acknowledged at', 2),
        ('impact_started', 'Impact started at', 1),
        ('mitigated', 'Mitigated at', 1),
        ('mitigated', 'Fixed at', 2),
        ('resolved', 'Resolved at', 1),
        ('closed', 'Closed at', 1)
    ) as defaults (role, timestamp_name, priority)
),

effective_roles as (
    select
        role,
        timestamp_name,
        priority
    from seed_roles

    union all

    select
        default_roles.role,
        default_roles.timestamp_name,
        default_roles.priority
    from default_roles
    left join seed_roles on default_roles.role = seed_roles.role
    where seed_roles.role is null
),

ordered_roles as (
    select
        role,
        {{ timestamp_name_key('timestamp_name') }} as timestamp_name_key,
        row_number() over (partition by role order by priority, timestamp_name) as role_order
    from effective_roles
)

select
    role,
    timestamp_name_key,
    min(role_order) as role_order
from ordered_roles
group by role, timestamp_name_key
