export const activityPath = '/account/activity';
