//! Cases for desks and units.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use linli_model::RecordId;

use crate::clock;
use crate::door::{CaseDetail, CaseFilter, CasePage};
use crate::http::error::ApiError;
use crate::http::state::Shared;
use crate::staff;

/// `GET /api/v1/cases`: cases that the organisation of the caller may see, newest first.
pub(in crate::http) async fn list(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    filter: Result<Query<CaseFilter>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<CasePage>, ApiError> {
    let token = staff::token_of(&headers)?;
    let Query(filter) = filter.map_err(|error| malformed(error.body_text()))?;
    let now = clock::now();
    let page = shared
        .writer
        .read(move |calls| {
            let by = staff::acting(calls, now, &token)?;
            calls.cases(&by, &filter)
        })
        .await?;
    Ok(Json(page))
}

/// `GET /api/v1/cases/{id}`: one case with its timeline.
pub(in crate::http) async fn detail(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<CaseDetail>, ApiError> {
    let token = staff::token_of(&headers)?;
    let id: RecordId = id.parse().map_err(|error| malformed(format!("{error}")))?;
    let now = clock::now();
    let detail = shared
        .writer
        .read(move |calls| {
            let by = staff::acting(calls, now, &token)?;
            calls.case(&by, &id)
        })
        .await?;
    Ok(Json(detail))
}

pub(super) fn malformed(detail: String) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "MALFORMED", detail)
}
